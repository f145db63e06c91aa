"""The household's page says why sign-in is shut, since when, and who opens it how; to whoever may.

Agents read the same on the telephone; here it is the officers' page.
"""

import re
from datetime import timedelta

import pytest

from portal.domain.desk.casework.shut_doors import Shut
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import minute_text
from portal.domain.mailroom.incidents.kinds import StopReason
from portal.domain.mailroom.printing.recalls import recall_list
from portal.domain.mailroom.returned_mail import receiving
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import OtpAuthenticator, ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.households.models import Household
from portal.domain.people.signin.account import report_lost
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import lift, shut
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once
from tests.functional.people.admin.test_looks import opened
from tests.support.people import Person
from tests.support.staff import StaffSite
from tests.support.work import work_in

HEADING = "サインインが止まっています"
SHOWN = {Right.REPORT_LETTER: Item.APP, Right.REPORT_PHONE: Item.LETTER}


def said(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> str:
    """What the part of the page says, on one line; empty if it is not there."""
    visitor = staff.enter_as(role)
    opened(visitor, person.household_id)
    page = visitor.page.text if visitor.page else ""
    part = re.search(r'aria-labelledby="shut">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", part[1]) if part else ""


def report(staff: StaffSite, person: Person, right: Right) -> None:
    with staff.database.write() as session:
        work = work_in(session, Actor(Role.RESIDENT, person.credential_id), staff.now)
        shut(work, person.credential_id, frozenset({SHOWN[right]}), right)


def move_account(staff: StaffSite, person: Person, action: str, reason: str) -> None:
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        move(work, lock_row(session, person.credential_id), action, reason=reason)


def test_an_open_account_says_nothing_of_a_shut_door(staff: StaffSite) -> None:
    assert said(staff, staff.add_household(active=True)) == ""
    assert said(staff, staff.add_household()) == ""


@pytest.mark.parametrize(
    ("rights", "why", "how"),
    [
        ((Right.REPORT_LETTER,), Shut.LETTER_LOST, "かけ直して確かめると"),
        ((Right.REPORT_PHONE,), Shut.PHONE_LOST, "手紙の番号で確かめると"),
        ((Right.REPORT_LETTER, Right.REPORT_PHONE), Shut.BOTH_LOST, "電話では解けません"),
    ],
)
def test_a_report_of_a_loss_names_what_is_lost_since_when_and_who_lifts_it(
    staff: StaffSite, rights: tuple[Right, ...], why: Shut, how: str
) -> None:
    person, first = staff.add_household(active=True), staff.now
    for right in rights:
        report(staff, person, right)
        staff.clock.advance(hours=2)
    text = said(staff, person)
    assert why.label in text
    assert how in text
    assert "窓口" in text
    assert f"{minute_text(first)}から" in text, "the first report, not the last"
    link = re.search(r'href="(/tasks/\d+)"', text)
    assert link is not None
    task = staff.enter_as(Role.OFFICER).open(link[1])
    assert "サインインを再開する" in task.text, "the next step is there"


def test_a_lifted_report_is_over_and_the_next_counts_anew(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    report(staff, person, Right.REPORT_PHONE)
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        lift(work, lock_row(session, person.credential_id), frozenset({Item.COUNTER}))
    assert said(staff, person) == ""
    staff.clock.advance(hours=30)
    report(staff, person, Right.REPORT_LETTER)
    text = said(staff, person)
    assert f"{minute_text(staff.now)}から" in text
    assert Shut.LETTER_LOST.label in text


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (receiving.SUSPENDED_FOR, Shut.RETURNED),
        (recall_list.SUSPENDED_FOR, Shut.PULLED),
        (StopReason.INCIDENT, Shut.INCIDENT),
        ("of another release", Shut.SUSPENDED),
    ],
)
def test_a_suspended_account_says_for_what_and_that_a_letter_opens_it(
    staff: StaffSite, reason: str, why: Shut
) -> None:
    person, at = staff.add_household(active=True), staff.now
    move_account(staff, person, "suspend", reason)
    staff.clock.advance(hours=1)
    text = said(staff, person)
    assert why.label in text
    assert "新しい手紙" in text
    assert f"{minute_text(at)}から" in text


def test_an_account_that_its_owner_stopped_leads_to_the_task(staff: StaffSite) -> None:
    person, at = staff.add_household(active=True), staff.now
    with staff.database.write() as session:
        by_owner = Actor(Role.RESIDENT, person.credential_id)
        task = report_lost(work_in(session, by_owner, at), person.credential_id).id
    text = said(staff, person)
    assert Shut.REPORTED.label in text
    assert f'href="/tasks/{task}"' in text
    assert f"{minute_text(at)}から" in text


def test_a_frozen_birth_date_leads_to_the_task_that_unfreezes_it(staff: StaffSite) -> None:
    person = staff.add_household()
    move_account(staff, person, "lock", TaskKind.BIRTH_FROZEN)
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        task = open_once(work, TaskKind.BIRTH_FROZEN, person.household_id, {}).id
    text = said(staff, person)
    assert Shut.FROZEN.label in text
    assert f'href="/tasks/{task}"' in text


def test_waits_and_closed_ways_are_told_apart(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    with staff.database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        until = staff.now + timedelta(minutes=30)
        bucket = throttles.UNKNOWN_DEVICE.of(credential.login_digest.hex())
        session.add(
            ThrottleBucket(
                key=bucket.stored_key,
                window_start=staff.now,
                count=9,
                total=9,
                blocked_until=until,
                expires_at=staff.now + timedelta(days=1),
            )
        )
    text = said(staff, person)
    assert Shut.WAITING.label in text
    assert f"{minute_text(until)}まで" in text
    with staff.database.write() as session:
        for source in session.query(OtpAuthenticator):
            source.state = "closed"
    text = said(staff, person)
    assert Shut.TRIES.label in text
    assert Shut.WAITING.label not in text, "a new letter, so no wait helps"


def test_a_protected_familys_door_is_there_for_the_ward_alone(staff: StaffSite) -> None:
    person, absent = staff.add_household(active=True), 987_654
    report(staff, person, Right.REPORT_PHONE)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    text = said(staff, person, Role.WARD_OFFICER)
    assert Shut.WITHHELD.label in text
    assert Shut.PHONE_LOST.label in text
    officer = staff.enter_as(Role.OFFICER)
    hidden = officer.get(f"/households/{person.household_id}")
    nobody = officer.get(f"/households/{absent}")
    assert hidden.status_code == nobody.status_code == 404
    assert HEADING not in hidden.text
    assert Shut.PHONE_LOST.label not in officer.open("/tasks").text
