"""Letting a caller sign in again.

What waits is ended, what was guessed at too often is opened by a new letter only.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.casework.locks import locks_of
from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import OtpAuthenticator, ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_task
from tests.functional.desk.acts.support import Desk
from tests.support.people import Person
from tests.support.work import work_in


def freeze(desk: Desk, person: Person, *, task: bool = True) -> None:
    """Do what five wrong birth dates do."""
    resident = Actor(Role.RESIDENT, person.credential_id)
    with desk.staff.database.write() as session:
        credential = lock_row(session, person.credential_id)
        credential.wrong_births = bytes(80)
        move(work_in(session, resident, desk.now), credential, "lock")
        if task:
            open_task(
                work_in(session, resident, desk.now), TaskKind.BIRTH_FROZEN, person.household_id, {}
            )


def wrong_passwords(desk: Desk, person: Person, count: int) -> str:
    """Do what so many wrong passwords do; return the counter's key."""
    with desk.staff.database.write() as session:
        key = session.get_one(Credential, person.credential_id).login_digest.hex()
        for _try in range(count):
            session.execute(update(ThrottleBucket).values(blocked_until=None))
            throttles.count_try(session, throttles.UNKNOWN_DEVICE.of(key), desk.now)
    return key


def source(desk: Desk, person: Person) -> OtpAuthenticator:
    with desk.staff.database.read() as session:
        row = session.scalars(
            select(OtpAuthenticator).where(
                OtpAuthenticator.credential_id == person.credential_id,
                OtpAuthenticator.kind == "totp",
            )
        ).one()
        session.expunge(row)
    return row


@pytest.mark.parametrize("task", [True, False])
def test_a_frozen_birth_date_is_opened_as_the_back_office_does(desk: Desk, *, task: bool) -> None:
    person = desk.post.household()
    freeze(desk, person, task=task)
    desk.in_call(person)
    page = desk.do(person, "unlock")
    assert page.status_code == 200
    assert desk.acts()[0].receipt_no in page.text
    with desk.staff.database.read() as session:
        credential = session.get_one(Credential, person.credential_id)
        assert (credential.state, credential.wrong_births) == ("issued", b"")
    assert desk.staff.count(Task, kind=TaskKind.BIRTH_FROZEN, state="done") == int(task)
    assert len(desk.staff.events("desk.unlock")) == 1


def test_waiting_after_wrong_passwords_ends_and_the_tries_stay_counted(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    key = wrong_passwords(desk, person, 8)
    desk.in_call(person)
    with desk.staff.database.read() as session:
        assert locks_of(session, person.household_id, desk.now).password_until is not None
    assert desk.do(person, "unlock").status_code == 200
    with desk.staff.database.write() as session:
        assert not locks_of(session, person.household_id, desk.now).any
        assert session.get_one(ThrottleBucket, f"t1:{key}").total == 8
        assert throttles.count_try(session, throttles.UNKNOWN_DEVICE.of(key), desk.now).allowed
    assert desk.staff.count(OutboxMessage, purpose="notice.unlocked") == 1, "the owner is told"


def test_waiting_after_wrong_codes_ends_and_the_tries_stay_counted(desk: Desk) -> None:
    person = desk.post.household(active=True)
    with desk.staff.database.write() as session:
        session.execute(
            update(OtpAuthenticator).values(
                locked_until=desk.now + timedelta(minutes=30), locks=1, fails=3, total_fails=13
            )
        )
    desk.in_call(person)
    assert desk.do(person, "unlock").status_code == 200
    row = source(desk, person)
    assert (row.locked_until, row.fails, row.locks, row.total_fails) == (None, 0, 1, 13)


def test_pressed_again_it_says_the_same_number_and_a_second_form_that_nothing_is_locked(
    desk: Desk,
) -> None:
    person = desk.post.household()
    freeze(desk, person)
    desk.in_call(person)
    pages = [desk.do(person, "unlock") for _again in range(2)]
    assert len({page.url for page in pages}) == 1
    assert len(desk.acts()) == 1
    other = desk.do(person, "unlock", {"form_key": "another"})
    assert other.status_code == 422
    assert "止まっているものはありません" in other.text


def test_a_password_guessed_at_a_hundred_times_is_opened_by_a_new_letter_only(
    sqlite_desk: Desk,
) -> None:
    person = sqlite_desk.post.household(active=True)
    key = wrong_passwords(sqlite_desk, person, 100)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "unlock")
    assert answer.status_code == 422
    assert "新しい手紙を案内してください" in answer.text
    with sqlite_desk.staff.database.read() as session:
        assert session.get_one(ThrottleBucket, f"t1:{key}").total == 100
    assert not sqlite_desk.acts()


@pytest.mark.parametrize("other_source", [False, True])
def test_a_closed_source_of_codes_is_opened_by_a_new_letter_only(
    sqlite_desk: Desk, *, other_source: bool
) -> None:
    person = sqlite_desk.post.household(active=True)
    with sqlite_desk.staff.database.write() as session:
        session.execute(update(OtpAuthenticator).values(state="closed", total_fails=30))
    if other_source:
        sqlite_desk.telephone(person)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "unlock")
    assert answer.status_code == 422
    assert ("新しい手紙" in answer.text) is not other_source
    assert source(sqlite_desk, person).state == "closed"


def test_what_was_reported_lost_is_not_opened_on_the_telephone(sqlite_desk: Desk) -> None:
    suspended, frozen = sqlite_desk.post.household(active=True), sqlite_desk.post.household()
    freeze(sqlite_desk, frozen)
    call_id = sqlite_desk.call()
    for place, person in enumerate((suspended, frozen)):
        sqlite_desk.know(person, Level.ACT, call_id=call_id)
        assert sqlite_desk.do(person, "lost", {"form_key": f"l{place}"}).status_code == 200
        answer = sqlite_desk.do(person, "unlock", {"form_key": f"u{place}"})
        assert answer.status_code == 422
        assert "新しい手紙を案内してください" in answer.text
    assert sqlite_desk.staff.count(Task, kind=TaskKind.REPORT_LOST, state="open") == 2
    assert sqlite_desk.staff.count(Credential, state="locked") == 1


def test_a_household_without_a_letter_in_force_is_told_so(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household()
    with sqlite_desk.staff.database.write() as session:
        move(
            work_in(session, sqlite_desk.actor(), sqlite_desk.now),
            lock_row(session, person.credential_id),
            "close",
        )
    sqlite_desk.in_call(person)
    for place in ("unlock", "lost"):
        answer = sqlite_desk.do(person, place)
        assert answer.status_code == 422
        assert (
            "IDとパスワードがありません" in answer.text
            or "止まっているものはありません" in answer.text
        )
    assert not sqlite_desk.acts()
