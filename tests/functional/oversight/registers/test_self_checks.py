"""The self-checks of clause 12(4) have a date, a result, a person, and a next day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.oversight.registers.dues import Due, dues
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.self_checks import (
    CheckSubject,
    Standing,
    record_check,
    review_rights,
    standings,
)
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from portal.platform.selfcheck.dated import DATED, look_at
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings
from tests.support.coupons import NOW, VAULT
from tests.support.sample_ward import sample_program
from tests.support.staff import StaffSite, hire
from tests.support.work import work_in

DAY = timedelta(days=1)


def standing(database: Database, what: CheckSubject, now: datetime = NOW) -> Standing:
    with database.read() as session:
        return next(one for one in standings(work_in(session, now=now)) if one.subject is what)


def due(database: Database, now: datetime = NOW) -> list[Due]:
    with database.read() as session:
        found = dues(work_in(session, now=now))
    return [one for one in found if one.kind is RegisterKind.SELF_CHECK]


def make(database: Database, actor: Actor, found: Iterable[str] = ()) -> None:
    with database.write() as session:
        for what in CheckSubject:
            record_check(work_in(session, actor), what, list(found))


@pytest.fixture
def officer(database: Database) -> Actor:
    key = hire(database, NOW, Role.OFFICER, "checking").id
    return Actor(Role.OFFICER, key, Organization.CONTRACTOR)


def test_what_was_never_checked_is_late_and_what_was_is_due_in_a_month(
    database: Database, officer: Actor
) -> None:
    assert len([one for one in due(database) if one.late]) == len(CheckSubject)
    make(database, officer)
    assert due(database) == []
    (coming,) = due(database, NOW + 25 * DAY)
    assert not coming.late
    assert CheckSubject.RIGHTS.label in coming.sentence
    assert not any(one.late for one in due(database, NOW + 31 * DAY))
    assert len([one for one in due(database, NOW + 32 * DAY) if one.late]) == len(CheckSubject)


def test_what_a_check_found_stays_red_until_the_next_one_finds_nothing(
    database: Database, officer: Actor
) -> None:
    make(database, officer, ["鍵が古い。"])
    assert len([one for one in due(database) if one.late]) == len(CheckSubject)
    one = standing(database, CheckSubject.KEYS)
    assert (one.wanting, one.day, one.is_late) == (("鍵が古い。",), one.today, False)
    make(database, officer)
    assert due(database) == []


def test_rights_are_looked_through_by_a_person(database: Database, officer: Actor) -> None:
    with pytest.raises(InputError), database.write() as session:
        record_check(work_in(session, SYSTEM), CheckSubject.RIGHTS, [])
    with pytest.raises(NotAllowedError), database.write() as session:
        review_rights(work_in(session, SYSTEM), "", "")
    with database.write() as session:
        review_rights(work_in(session, officer), "退職者の1人を止める", "全員分")
    one = standing(database, CheckSubject.RIGHTS)
    assert (one.person, one.wanting, one.note) == (
        "職員 checking",
        ("退職者の1人を止める",),
        "全員分",
    )


def test_an_account_that_nobody_used_for_sixty_days_is_found(
    database: Database, officer: Actor, resident_settings: Settings
) -> None:
    def wanting(now: datetime) -> list[str]:
        subject = Subject(
            resident_settings,
            program=sample_program(),
            database=database,
            vault=VAULT,
            clock=FixedClock(now),
        )
        return look_at(subject, CheckSubject.ACCOUNTS)

    with database.write() as session:
        account = session.get_one(StaffUser, officer.id)
        account.last_sign_in_at = NOW
    assert wanting(NOW + 60 * DAY) == []
    (found,) = wanting(NOW + 61 * DAY)
    assert "1 個" in found
    with database.write() as session:
        session.get_one(StaffUser, officer.id).active = False
    assert wanting(NOW + 61 * DAY) == []


def test_every_check_that_a_program_can_make_is_made(
    database: Database, resident_settings: Settings
) -> None:
    live = replace(resident_settings, environment="production")
    subject = Subject(
        live, program=sample_program(), database=database, vault=VAULT, clock=FixedClock(NOW)
    )
    assert {*DATED, CheckSubject.RIGHTS} == {*CheckSubject}
    assert any("バックアップがありません" in one for one in look_at(subject, CheckSubject.BACKUP))
    assert any("記録がまだ" in one for one in look_at(subject, CheckSubject.CERTIFICATES))


def test_the_page_shows_all_and_takes_the_review_once(staff: StaffSite) -> None:
    officer, auditor = staff.enter_as(Role.OFFICER), staff.enter_as(Role.AUDITOR)
    page = officer.open("/self-checks").text
    assert page.count("まだ点検していません。") == len(CheckSubject)
    assert "<textarea" not in auditor.open("/self-checks").text
    form = {"wanting": "", "note": "全員分", "form_key": "1"}
    assert auditor.post("/self-checks/review", form).status_code == 403
    long = officer.post("/self-checks/review", form | {"wanting": "x" * 501, "form_key": "2"})
    assert long.status_code == 422
    assert {officer.post("/self-checks/review", form).status_code for _ in range(2)} == {303}
    assert [event.detail["about"] for event in staff.events("self_check.made")] == ["rights"]
    assert officer.open("/self-checks").text.count("まだ点検していません。") == 5
