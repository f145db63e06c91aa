"""Numbers that no mail has: an officer puts them aside with a reason, and can take that back."""

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
from portal.domain.mailroom.tracking.dismissed import NumberReason, unknown_numbers
from portal.domain.mailroom.tracking.dismissing import dismiss, take_back
from portal.domain.mailroom.tracking.explaining import unknown_words
from portal.domain.mailroom.tracking.ingest import counts, match_again
from portal.domain.mailroom.tracking.models import DismissedNumber
from portal.domain.mailroom.tracking.queries import events_to_check
from portal.platform.database import Database
from tests.functional.mailroom.tracking.test_ingest import (
    NUMBER,
    OTHER,
    PROGRAM,
    csv,
    posted,
    row,
    state,
    take,
)
from tests.functional.mailroom.tracking.test_words import an_officer
from tests.support.work import work_in

WHY = NumberReason.OTHER_MAIL.value


@pytest.fixture
def officer(database: Database) -> Actor:
    return an_officer(database, "officer")


def put_aside(database: Database, by: Actor, *numbers: str, reason: str = WHY) -> int:
    with database.write() as session:
        return dismiss(work_in(session, by, program=PROGRAM), numbers, reason)


def listed(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        return [(one.tracking_no, one.events) for one in unknown_numbers(session)]


def to_check(database: Database) -> tuple[int, int]:
    """How many events are counted as of an unknown number, and how many are listed."""
    with database.read() as session:
        return counts(session)["unmatched"], len(events_to_check(session))


def test_a_number_leaves_the_lists_with_reason_person_and_time_and_stays_away(
    database: Database, officer: Actor
) -> None:
    assert take(database, csv(row(1, "引受"), row(2, "到着"))).unmatched == 2
    assert (listed(database), to_check(database)) == ([(NUMBER, 2)], (2, 2))
    assert put_aside(database, officer, NUMBER) == 1
    assert (listed(database), to_check(database)) == ([], (0, 0))
    assert take(database, csv(row(3, "保管"))).unmatched == 0, "a later file asks nobody again"
    assert (listed(database), to_check(database)) == ([], (0, 0))
    with database.read() as session:
        kept = session.scalars(select(DismissedNumber)).one()
        assert (kept.tracking_no, kept.reason, kept.said_by) == (NUMBER, WHY, officer.id)
        (event,) = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "tracking.number_dismissed")
        )
        assert (event.actor_id, event.subject_id) == (officer.id, kept.id)
        assert NUMBER not in str(event.detail)


def test_it_is_taken_back_and_listed_again(database: Database, officer: Actor) -> None:
    take(database, csv(row(1, "引受"), row(1, "ふしぎな言葉", number=OTHER)))
    put_aside(database, officer, NUMBER, OTHER)
    with database.read() as session:
        assert unknown_words(session) == []
        keys = {one.tracking_no: one.id for one in session.scalars(select(DismissedNumber))}
    for key in keys.values():
        with database.write() as session:
            take_back(work_in(session, officer, program=PROGRAM), key)
        with pytest.raises(NotFoundError), database.write() as session:
            take_back(work_in(session, officer, program=PROGRAM), key)
    assert sorted(listed(database)) == [(NUMBER, 1), (OTHER, 1)]
    with database.read() as session:
        assert [one.word for one in unknown_words(session)] == ["ふしぎな言葉"]
        back = select(AuditEvent).where(AuditEvent.action == "tracking.number_taken_back")
        assert len(session.scalars(back).all()) == 2


def test_mail_that_is_posted_under_it_later_is_followed_all_the_same(
    database: Database, officer: Actor
) -> None:
    take(database, csv(row(2, "お届け先にお届け済み")))
    put_aside(database, officer, NUMBER)
    key = posted(database)
    with database.write() as session:
        assert match_again(work_in(session, program=PROGRAM)) == 1
    assert state(database, key) == "delivered"
    take(database, csv(row(3, "ふしぎな言葉")))
    assert to_check(database)[1] == 1, "mail of the program is never put aside"


@pytest.mark.parametrize(
    ("numbers", "reason", "code"),
    [((), WHY, "numbers"), ((NUMBER,), "", "reason"), ((NUMBER,), "because", "reason")],
)
def test_a_number_and_a_reason_are_needed(
    database: Database, officer: Actor, numbers: tuple[str, ...], reason: str, code: str
) -> None:
    take(database, csv(row(1, "引受")))
    with pytest.raises(InputError) as found:
        put_aside(database, officer, *numbers, reason=reason)
    assert found.value.code == code
    assert listed(database) == [(NUMBER, 1)]


def test_only_a_person_puts_aside_and_only_what_no_mail_has(
    database: Database, officer: Actor
) -> None:
    posted(database)
    take(database, csv(row(1, "引受"), row(1, "引受", number=OTHER)))
    with pytest.raises(NotAllowedError):
        put_aside(database, Actor(Role.OFFICER, None, Organization.CONTRACTOR), OTHER)
    for wrong in (NUMBER, "13112383874"):
        with pytest.raises(NotFoundError):
            put_aside(database, officer, OTHER, wrong)
    assert listed(database) == [(OTHER, 1)], "all or none"


def test_two_at_once_put_it_aside_once(database: Database, officer: Actor) -> None:
    take(database, csv(row(1, "引受")))
    ends: Counter[str] = Counter()
    gate = threading.Barrier(2)
    other = an_officer(database, "other")

    def act(by: Actor) -> None:
        gate.wait()
        try:
            put_aside(database, by, NUMBER)
            ends["aside"] += 1
        except DomainError as error:
            ends[error.code] += 1

    pair = [threading.Thread(target=act, args=(by,)) for by in (officer, other)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert ends == {"aside": 1, ConflictError.code: 1}
