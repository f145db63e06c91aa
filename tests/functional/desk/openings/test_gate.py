"""Work in hand opens a household without a question; nothing else does without a reason.

A11, A12 of ``security.md``: a curious seat is asked, told on and reviewed.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.records import Record
from portal.domain.foundation.actors import Role
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.written import (
    ADDITION_WRITTEN,
    CHANGE_WRITTEN,
    AdditionNote,
    ChangeNote,
    Evidence,
)
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import set_written
from tests.functional.desk.call_desk.test_search import statements
from tests.functional.desk.openings.support import ASKS, Records
from tests.support.coupons import VAULT
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite

REASON = {"reason": "check", "words": "区からの照会", "form_key": "r1"}
LINKED = [
    Record.TASK,
    Record.HOLD,
    Record.ESCALATION,
    Record.FAX,
    Record.LETTER,
    Record.RETURN,
    Record.MAIL,
    Record.NOTICE,
    Record.DIFFERENCE,
    Record.INCIDENT,
]
"""Records whose pages lead to their household."""
PAGES = {
    Record.TASK: "/tasks/{}",
    Record.HOLD: "/holds/{}",
    Record.ESCALATION: "/escalations/{}",
    Record.FAX: "/faxes/{}",
    Record.CALL: "/calls/{}",
    Record.SCAN: "/scans/{}",
}


def enter(staff: StaffSite, role: Role = Role.OFFICER) -> tuple[Colleague, Visitor]:
    colleague = staff.hire(role)
    return colleague, staff.enter(colleague)


def asked(visitor: Visitor, path: str) -> bool:
    """Whether an address leads to the question for a reason."""
    place = str(visitor.get(path).headers.get("location", ""))
    return place.endswith("/reason") or place.startswith("/opening?")


def claimed(officer: Colleague, now: datetime, **fields: Any) -> Request:
    """A request that somebody reviews for the next ten minutes."""
    return Request(
        receipt_no="R-1",
        channel="portal",
        received_at=now,
        created_at=now,
        changed_at=now,
        due_on=now.date(),
        claimed_by=officer.id,
        claimed_until=now + timedelta(minutes=10),
        **{"kind": "decline"} | fields,
    )


def home(person: Person, origin: str = "") -> str:
    return f"/households/{person.household_id}" + (f"?at={origin}" if origin else "")


@pytest.mark.parametrize("record", LINKED)
def test_from_the_page_of_waiting_work_the_household_opens_at_once(
    staff: StaffSite, record: Record
) -> None:
    person = staff.add_household(active=True)
    officer, visitor = enter(staff, Role.WARD_OFFICER)
    key = Records(staff, person.household_id, officer.id).add(record)
    page = visitor.open(home(person, f"{record}-{key}"))
    assert page.status_code == 200
    assert visitor.place.startswith(f"/households/{person.household_id}")
    (event,) = staff.events("household.opened")
    assert (event.detail["reason"], event.detail["ground"]) == ("work", f"{record}-{key}")
    assert staff.count(HouseholdOpening) == 0
    assert not asked(visitor, home(person) + "/entry")


def test_work_that_goes_on_is_never_asked_again(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    officer, visitor = enter(staff)
    records = Records(staff, person.household_id, officer.id)
    key = records.add(Record.TASK)
    assert not asked(visitor, home(person, f"task-{key}"))
    for _ in range(5):
        staff.clock.advance(minutes=10)
        assert not asked(visitor, home(person))
    assert len(staff.events("household.opened")) == 3, "once in a quarter of an hour"
    assert visitor.post(f"/tasks/{key}/finish", {"form_key": "f"}).status_code == 303
    staff.clock.advance(minutes=14)
    assert not asked(visitor, home(person))
    assert not asked(visitor, f"/tasks/{key}")
    staff.clock.advance(minutes=14)
    visitor.get("/")
    staff.clock.advance(minutes=2)
    assert asked(visitor, home(person, f"task-{key}"))
    assert asked(visitor, f"/tasks/{key}")


@pytest.mark.parametrize("record", LINKED)
def test_ended_work_and_work_on_others_open_nothing(staff: StaffSite, record: Record) -> None:
    person, other = staff.add_household(), staff.add_household()
    officer, visitor = enter(staff)
    ended = Records(staff, person.household_id, officer.id).add(record, ended=True)
    foreign = Records(staff, other.household_id, officer.id).add(record)
    for origin in (f"{record}-{ended}", f"{record}-{foreign}", f"{record}-99999", "task-x", "?"):
        assert asked(visitor, home(person, origin)), origin
    assert staff.events("household.opened") == []


def test_a_call_and_a_review_open_their_household_for_their_person_alone(
    staff: StaffSite,
) -> None:
    person, other = staff.add_household(), staff.add_household()
    officer, visitor = enter(staff)
    _colleague, colleague = enter(staff)
    Records(staff, person.household_id, officer.id).add(Record.CALL)
    assert not asked(visitor, home(person))
    assert asked(visitor, home(other))
    assert asked(colleague, home(person))
    with staff.database.write() as session:
        now = staff.now
        session.add(claimed(officer, now, household_id=other.household_id))
    assert not asked(visitor, home(other))
    assert asked(colleague, home(other))
    staff.clock.advance(minutes=14)
    visitor.get("/")
    staff.clock.advance(minutes=2)
    assert asked(visitor, home(other)), "the claim is over, and the quarter of an hour"


def test_a_review_of_a_change_opens_the_household_that_the_child_leaves(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    officer, visitor = enter(staff)
    _colleague, colleague = enter(staff)
    with staff.database.write() as session:
        request = claimed(officer, staff.now, kind="recipient_change")
        session.add(request)
        session.flush()
        of_home = select(Entitlement.id).where(Entitlement.household_id == person.household_id)
        session.add(
            RecipientChange(
                request_id=request.id,
                entitlement_id=session.scalars(of_home.limit(1)).one(),
                from_household_id=person.household_id,
                ordinal=1,
                created_at=staff.now,
                changed_at=staff.now,
            )
        )
    assert not asked(visitor, home(person))
    assert asked(colleague, home(person))


@pytest.mark.parametrize("kind", ["recipient_change", "addition"])
def test_a_review_opens_the_household_that_a_child_goes_to_and_no_other(
    staff: StaffSite, kind: str
) -> None:
    target, other = staff.add_household(), staff.add_household()
    officer, visitor = enter(staff)
    _colleague, colleague = enter(staff)
    newcomer = Newcomer(target.household_id, HandOver.ADDRESS)
    written = (
        CHANGE_WRITTEN.seal(ChangeNote(newcomer, Evidence.OTHER))
        if kind == "recipient_change"
        else ADDITION_WRITTEN.seal(AdditionNote(newcomer))
    )
    with staff.database.write() as session:
        request = claimed(officer, staff.now, kind=kind)
        set_written(VAULT, request, written)
        session.add(request)
    assert not asked(visitor, home(target))
    assert asked(visitor, home(other))
    assert asked(colleague, home(target))


@pytest.mark.asvs("8.2.2")
def test_a_reason_opens_for_fifteen_minutes_this_household_and_this_person(
    staff: StaffSite,
) -> None:
    person, other = staff.add_household(), staff.add_household()
    officer, visitor = enter(staff)
    _other, colleague = enter(staff)
    assert asked(visitor, home(person))
    assert visitor.post(home(person) + "/reason/submit", REASON).status_code == 303
    assert not asked(visitor, home(person))
    assert asked(visitor, home(other))
    assert asked(colleague, home(person))
    staff.clock.advance(minutes=14, seconds=59)
    assert not asked(visitor, home(person))
    staff.clock.advance(seconds=1)
    assert asked(visitor, home(person)), "15:00 is over"
    with staff.database.read() as session:
        (row,) = session.query(HouseholdOpening).all()
        assert (row.staff_id, row.household_id, row.reason) == (
            officer.id,
            person.household_id,
            "check",
        )
        assert row.ends_at - row.opened_at == timedelta(minutes=15)
        assert row.due_at - row.opened_at == timedelta(hours=24)
        assert row.sealed is not None
        assert "照会".encode() not in row.sealed
    (event,) = staff.events("household.opened")
    assert (event.detail["opening"], event.actor_id) == (1, officer.id)


@pytest.mark.parametrize("record", list(PAGES))
def test_an_ended_record_is_behind_the_gate_and_one_that_waits_is_not(
    staff: StaffSite, record: Record
) -> None:
    person = staff.add_household()
    officer, visitor = enter(staff)
    records = Records(staff, person.household_id, officer.id)
    waiting = PAGES[record].format(records.add(record))
    assert not asked(visitor, waiting)
    quiet, other = enter(staff)
    ended = PAGES[record].format(
        Records(staff, person.household_id, quiet.id).add(record, ended=True)
    )
    assert asked(other, ended)
    for part in ("/read", "/pages/1", "/sender", "/print-text/image"):
        answer = other.get(ended + part)
        assert answer.status_code in {303, 404, 405}, part
        if answer.status_code == 303:  # a form leads to the page where it stands: behind the gate
            assert answer.headers["location"].startswith(("/opening?", ended)), part
    place = other.get(ended).headers["location"]
    page = other.open(place)
    assert page.status_code == 200
    assert "この記録は終わっています" in page.text
    assert other.post("/opening/submit", {"place": ended}).status_code == 422
    there = other.post("/opening/submit", REASON | {"place": ended})
    assert (there.status_code, there.headers["location"]) == (303, ended)
    assert not asked(other, ended)
    staff.clock.advance(minutes=15)
    other = staff.enter(quiet)
    assert asked(other, ended)


def test_an_agent_is_asked_for_a_reason_too_and_gets_no_household_by_it(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    agent, visitor = enter(staff, Role.AGENT)
    key = Records(staff, person.household_id, agent.id).add(Record.ESCALATION, ended=True)
    ended = f"/escalations/{key}"
    assert asked(visitor, ended)
    assert ASKS in visitor.post(ended + "/read").text
    assert visitor.post("/opening/submit", REASON | {"place": ended}).status_code == 303
    assert not asked(visitor, ended)
    assert visitor.get(home(person)).status_code == 403


@pytest.mark.parametrize("record", list(PAGES))
def test_a_record_of_a_protected_household_is_as_absent_as_none(
    staff: StaffSite, record: Record
) -> None:
    """Neither the question nor the number of statements tells that there is something."""
    person = staff.add_household(protected=True)
    officer, visitor = enter(staff)
    key = Records(staff, person.household_id, officer.id).add(record, ended=True)
    if record in {Record.FAX, Record.CALL}:
        return  # a FAX lies on somebody's table, a call was theirs: see test_protected_like_absent
    said = {}
    for number in (key, 98_765):
        visitor.get("/account")
        with statements(staff) as seen:
            answer = visitor.get(PAGES[record].format(number))
        opening = visitor.get(f"/opening?place={PAGES[record].format(number)}")
        words = answer.text.replace(str(number), "#")
        said[number] = (
            answer.status_code,
            "理由が要ります" in words,
            len(seen),
            opening.status_code,
            opening.headers.get("location", "").replace(str(number), "#"),
        )
    assert said[key] == said[98_765]
    assert said[key][0] == 404
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert asked(ward, PAGES[record].format(key))


@pytest.mark.parametrize("place", ["", "/", "//evil.example/tasks/1", "/tasks/1/read", "/tasks/x"])
def test_a_reason_leads_to_no_other_place(sqlite_staff: StaffSite, place: str) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    assert visitor.post("/opening/submit", REASON | {"place": place}).status_code == 404
