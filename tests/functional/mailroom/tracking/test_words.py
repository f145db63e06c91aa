"""Words of the post that the program does not know: an officer says once what they mean."""

import threading
from collections import Counter

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.mailroom.tracking.explaining import (
    CHOICES,
    Explained,
    explain,
    forget,
    unknown_words,
)
from portal.domain.mailroom.tracking.ingest import counts
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingWord
from portal.domain.mailroom.tracking.words import Status
from portal.platform.database import Database
from tests.functional.mailroom.tracking.test_ingest import (
    OTHER,
    PROGRAM,
    csv,
    posted,
    row,
    state,
    take,
)
from tests.support.coupons import NOW
from tests.support.staff import hire
from tests.support.work import work_in

WORD = "宅配ボックスに配達"


@pytest.fixture
def officer(database: Database) -> Actor:
    return an_officer(database, "officer")


def an_officer(database: Database, login: str) -> Actor:
    return Actor(Role.OFFICER, hire(database, NOW, Role.OFFICER, login).id, Organization.CONTRACTOR)


def say(database: Database, by: Actor, word: str = WORD, meaning: str = "delivered") -> Explained:
    with database.write() as session:
        return explain(work_in(session, by, program=PROGRAM), word, meaning)


def test_a_word_is_explained_once_and_known_the_second_time(
    database: Database, officer: Actor
) -> None:
    first, second = posted(database), posted(database, OTHER)
    assert take(database, csv(row(2, WORD))).unknown == 1
    with database.read() as session:
        assert [(one.word, one.events) for one in unknown_words(session)] == [(WORD, 1)]
    assert say(database, officer) == Explained(1, 1)
    assert state(database, first) == "delivered"
    done = take(database, csv(row(3, "宅配ボックス　に配達", number=OTHER)))
    assert (done.unknown, done.moved, state(database, second)) == (0, 1, "delivered")
    with database.read() as session:
        assert (unknown_words(session), counts(session)["unknown"]) == ([], 0)
        kept = session.scalars(select(TrackingWord)).one()
        assert (kept.status, kept.said_by) == ("delivered", officer.id)
        (event,) = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "tracking.word_explained")
        )
        assert (event.actor_id, event.detail["events"], event.detail["moved"]) == (officer.id, 1, 1)


def test_every_writing_of_the_word_follows(database: Database, officer: Actor) -> None:
    keys = posted(database), posted(database, OTHER)
    take(database, csv(row(2, WORD), row(2, f" {WORD[:4]} {WORD[4:]}", number=OTHER)))
    assert say(database, officer) == Explained(2, 2)
    assert {state(database, key) for key in keys} == {"delivered"}


@pytest.mark.parametrize("meaning", [one for one in CHOICES if one is not Status.DELIVERED])
def test_no_other_meaning_delivers(sqlite_database: Database, meaning: Status) -> None:
    key = posted(sqlite_database)
    take(sqlite_database, csv(row(2, WORD)))
    say(sqlite_database, an_officer(sqlite_database, "officer"), meaning=meaning.value)
    assert state(sqlite_database, key) != "delivered"
    with sqlite_database.read() as session:
        assert counts(session)["unknown"] == 0


@pytest.mark.parametrize("meaning", ["", "unknown", "somewhere"])
def test_no_meaning_is_no_explanation(sqlite_database: Database, meaning: str) -> None:
    posted(sqlite_database)
    take(sqlite_database, csv(row(2, WORD)))
    with pytest.raises(InputError, match="意味を選んで"):
        say(sqlite_database, an_officer(sqlite_database, "officer"), meaning=meaning)


def test_only_a_person_explains_and_only_a_word_that_came(sqlite_database: Database) -> None:
    posted(sqlite_database)
    take(sqlite_database, csv(row(2, WORD)))
    with pytest.raises(NotAllowedError):
        say(sqlite_database, Actor(Role.OFFICER, None, Organization.CONTRACTOR))
    person = an_officer(sqlite_database, "officer")
    with pytest.raises(NotFoundError):
        say(sqlite_database, person, word="来ていない言葉")
    with pytest.raises(NotFoundError):
        say(sqlite_database, person, word="引受")
    with sqlite_database.read() as session:
        assert session.scalars(select(TrackingWord)).all() == []


def test_an_explanation_is_taken_back_and_what_moved_is_shown_to_people(
    database: Database, officer: Actor
) -> None:
    key = posted(database)
    take(database, csv(row(2, WORD)))
    say(database, officer)
    with database.write() as session:
        word = session.scalars(select(TrackingWord)).one()
        assert forget(work_in(session, officer, program=PROGRAM), word.id) == 1
    assert state(database, key) == "delivered", "a state is no guess: people decide about it"
    with database.read() as session:
        found = counts(session)
        assert (found["unknown"], found["conflicts"]) == (1, 1)
        event = session.scalars(select(TrackingEvent)).one()
        assert (event.status, event.conflict) == ("unknown", True)
    with pytest.raises(NotFoundError, match="取り消されて"), database.write() as session:
        forget(work_in(session, officer, program=PROGRAM), 1)
    assert say(database, officer, meaning="of_no_effect").events == 1


def test_another_meaning_for_an_explained_word_is_refused(
    database: Database, officer: Actor
) -> None:
    posted(database)
    take(database, csv(row(2, WORD)))
    say(database, officer)
    with pytest.raises(ConflictError, match="ほかの人がもう決めました"):
        say(database, an_officer(database, "other"), meaning="held")


def test_two_who_explain_at_once_agree_on_one_meaning(database: Database, officer: Actor) -> None:
    other = an_officer(database, "other")
    for number, word in enumerate((WORD, "ロッカーで保管", "受取人が引き取り", "集荷")):
        take(database, csv(row(2, word, clock=f"11:0{number}")))
        ends: Counter[str] = Counter()
        gate = threading.Barrier(2)

        def saying(
            by: Actor,
            meaning: str,
            word: str = word,
            gate: threading.Barrier = gate,
            ends: Counter[str] = ends,
        ) -> None:
            gate.wait()
            try:
                say(database, by, word, meaning)
                ends["said"] += 1
            except DomainError as error:
                ends[type(error).__name__] += 1

        pair = [
            threading.Thread(target=saying, args=(by, meaning))
            for by, meaning in ((officer, "held"), (other, "in_transit"))
        ]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        assert ends == {"said": 1, "ConflictError": 1}
