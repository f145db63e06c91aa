"""A mark is on a call, never on a family, and goes after six months."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.line import marks
from portal.domain.contacts.line.models import CallMark
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import FixedClock, day_start
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.jobs.names import JobName
from portal.platform.database import Database
from tests.functional.contacts.escalations.support import make_desk
from tests.functional.desk.call_desk.support import main_of, words
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import source_of, work_in
from tests.support.worker import run_job

SENT = {"form_key": "mark"}


@pytest.mark.parametrize(
    ("day", "goes"),
    [
        (date(2023, 8, 1), date(2024, 2, 1)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2022, 8, 31), date(2023, 2, 28)),
        (date(2023, 12, 31), date(2024, 6, 30)),
        (date(2023, 6, 30), date(2023, 12, 30)),
    ],
)
def test_six_months_end_on_a_day_that_there_is(day: date, goes: date) -> None:
    assert marks.six_months_after(day) == goes


def test_a_mark_goes_on_its_day_and_nothing_says_of_which_call_it_was(database: Database) -> None:
    desk = make_desk(database)
    call = desk.call(household_id=desk.household())
    with database.write() as session:
        row = marks.mark(work_in(session, desk.agent, desk.now), call, "threat")
        assert row.goes_on == date(2024, 2, 1)
    for now, left in (
        (day_start(date(2024, 2, 1)) - timedelta(microseconds=1), 1),
        (day_start(date(2024, 2, 1)), 0),
    ):
        run_job(source_of(database, FixedClock(now)), JobName.SWEEP)
        with database.read() as session:
            assert len(session.scalars(select(CallMark)).all()) == left
    with database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.subject == "call_mark").order_by(AuditEvent.id)
        ).all()
        assert [one.action for one in events] == ["call_mark.set", "call_mark.forgotten"]
        assert [one.detail for one in events] == [{}, {"marks": 1}]
        assert {one.household_id for one in events} == {None}
        assert session.get_one(Call, call).id == call


def test_refusals(sqlite_database: Database) -> None:
    desk = make_desk(sqlite_database)
    call = desk.call()
    other = desk.actor(Role.AGENT, "another")
    with sqlite_database.write() as session:
        with pytest.raises(NotFoundError):
            marks.mark(work_in(session, other, desk.now), call, "threat")
        with pytest.raises(NotFoundError):
            marks.mark(work_in(session, desk.agent, desk.now), call + 1, "threat")
        with pytest.raises(InputError) as refused:
            marks.mark(work_in(session, desk.agent, desk.now), call, "nasty family")
        assert refused.value.code == "reason"
        late = desk.now + timedelta(days=200)
        with pytest.raises(ConflictError):
            marks.mark(work_in(session, desk.agent, late), call, "threat")
        with pytest.raises(NotFoundError):
            marks.clear(work_in(session, desk.agent, desk.now), call)
        assert session.scalars(select(CallMark)).all() == []


def marked(staff: StaffSite) -> tuple[Visitor, int]:
    """A call about a family that its agent marked."""
    person = staff.add_household()
    visitor = staff.enter(staff.hire(Role.AGENT, "agent-of-marks"))
    visitor.open("/calls")
    visitor.post("/calls/start", {"form_key": "s", "language": "en"})
    visitor.open(f"/desk/{person.household_id}")
    visitor.post("/calls/1/mark/submit", SENT | {"reason": "hours"})
    return visitor, person.household_id


def test_no_page_of_a_family_or_of_its_call_shows_the_mark(staff: StaffSite) -> None:
    agent, home = marked(staff)
    assert staff.count(CallMark, reason="hours") == 1
    lead, officer = staff.enter_as(Role.SUPERVISOR), staff.enter_as(Role.OFFICER)
    for visitor, path in (
        (agent, f"/desk/{home}"),
        (agent, "/calls/finish"),
        (agent, "/calls"),
        (lead, "/calls/1"),
        (lead, f"/desk/{home}"),
        (officer, "/calls/1"),
    ):
        assert "長い時間、同じことを" not in visitor.get(path).text, path
    mine = words(main_of(agent.open("/calls/1/mark").text))
    assert "2024-02-01" in mine
    assert f"世帯 {home}" not in mine


def test_supervisors_count_marks_without_number_or_family(staff: StaffSite) -> None:
    _agent, home = marked(staff)
    page = staff.enter_as(Role.SUPERVISOR).open("/call-marks").text
    listed = main_of(page)
    assert "長い時間、同じことを" in listed
    assert "英語" in listed
    assert not re.search(rf"/calls/1\b|/{home}\b|[A-Z0-9]{{4}}-[A-Z0-9]{{4}}", listed)


def test_a_mark_is_replaced_and_taken_away(staff: StaffSite) -> None:
    agent, _home = marked(staff)
    agent.post("/calls/1/mark/submit", {"form_key": "m2", "reason": "threat"})
    assert staff.count(CallMark, reason="threat") == staff.count(CallMark) == 1
    assert agent.post("/calls/1/mark/submit", {"form_key": "m3"}).status_code == 422
    agent.post("/calls/1/mark/clear", {"form_key": "m4"})
    assert staff.count(CallMark) == 0
    other = staff.enter_as(Role.AGENT)
    assert other.get("/calls/1/mark").status_code in {303, 404}
