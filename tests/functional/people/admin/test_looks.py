"""Whatever staff are shown of a family is on record before they see it (security.md 7, A11)."""

from collections import Counter

import pytest
from sqlalchemy import select, text

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households import looks
from portal.domain.people.households.looks import VIEWED, named_households, sort_opened
from portal.domain.people.households.models import Child
from portal.domain.people.households.queries import view_households
from portal.platform.database import Database
from tests.support.databases.sealed_rows import stored_names
from tests.support.databases.statements import counted_statements
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

MOST, MOST_ON_SQLITE = 13, 16
"""Statements of a household's page, without COMMIT."""


def events(database: Database) -> list[AuditEvent]:
    """All looks on record."""
    with database.read() as session:
        found = list(session.scalars(select(AuditEvent).filter_by(action=VIEWED).order_by("id")))
        session.expunge_all()
    return found


def named(staff: StaffSite) -> set[int]:
    """The households that looks name."""
    return {key for event in events(staff.database) for key in named_households(event.detail)}


def opened(visitor: Visitor, household_id: int) -> None:
    """Open a household's page with a reason."""
    visitor.open(f"/households/{household_id}")
    reason = {"reason": "inquiry", "words": "", "form_key": "k1"}
    page = visitor.send(f"/households/{household_id}/reason/submit", reason)
    assert page.status_code == 200, page.text[-1500:]


def test_opening_a_household_is_one_event_that_names_page_and_family(staff: StaffSite) -> None:
    person, other = staff.add_household(active=True), staff.add_household()
    officer = staff.hire(Role.OFFICER)
    desk = staff.enter(officer)
    desk.open(f"/households/{person.household_id}")
    opened(desk, person.household_id)
    shown = [e for e in events(staff.database) if named_households(e.detail)]
    assert {e.actor_id for e in shown} == {officer.id}
    assert named(staff) == {person.household_id}
    assert other.household_id not in named(staff)
    assert any(str(e.detail["page"]).endswith(f"/households/{person.household_id}") for e in shown)


def test_a_households_page_and_its_look_ask_for_each_thing_once(staff: StaffSite) -> None:
    """Most of the page's time are its statements (decision 0096): who adds one raises the number.

    PostgreSQL records the look in the page's own transaction, SQLite in one after it.
    """
    person = staff.add_household(active=True)
    desk = staff.enter_as(Role.OFFICER)
    opened(desk, person.household_id)
    place = f"/households/{person.household_id}"
    desk.open(place)
    before = len(events(staff.database))
    with counted_statements(staff.database) as ran:
        assert desk.get(place).status_code == 200
    assert len(events(staff.database)) == before + 1
    sqlite = staff.database.engine.dialect.name == "sqlite"
    assert len(ran) <= (MOST_ON_SQLITE if sqlite else MOST), ran


def test_a_page_whose_look_cannot_be_recorded_is_not_shown(
    sqlite_staff: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = sqlite_staff
    person = staff.add_household(active=True)
    desk = staff.enter_as(Role.OFFICER)
    opened(desk, person.household_id)
    assert desk.open(f"/households/{person.household_id}").status_code == 200
    with staff.database.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON audit_event"
                " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        )
    page = desk.get(f"/households/{person.household_id}")
    assert page.status_code >= 500
    with staff.database.read() as session:
        (view,) = view_households(work_in(session), [person.household_id])
    assert view.fields.name not in page.text


def test_what_was_opened_before_a_refusal_is_on_record(staff: StaffSite) -> None:
    """The transaction of a refusal is rolled back; that the householder was read is not."""
    person = staff.add_household(active=True)
    officer = staff.hire(Role.OFFICER)
    desk = staff.enter(officer)
    opened(desk, person.household_id)
    before = len(events(staff.database))
    with staff.database.write() as session:
        of_family = select(Child).filter_by(household_id=person.household_id)
        child = session.scalars(of_family.order_by(Child.ordinal.desc())).first()
        assert child is not None
        child.sealed = child.sealed[:-1] + bytes([child.sealed[-1] ^ 1])
    page = desk.get(f"/households/{person.household_id}")
    assert page.status_code == 503
    (look,) = events(staff.database)[before:]
    assert (look.actor_id, named_households(look.detail)) == (officer.id, [person.household_id])
    assert look.detail["page"] == f"GET /households/{person.household_id}"


def test_a_protected_family_stands_in_an_event_of_its_own(staff: StaffSite) -> None:
    person = staff.add_household(active=True, protected=True)
    ward = staff.enter_as(Role.WARD_OFFICER)
    opened(ward, person.household_id)
    found = [e for e in events(staff.database) if person.household_id in named_households(e.detail)]
    assert found
    assert {e.subject for e in found} == {looks.OF_WARD_ALONE}


def test_every_sealed_column_is_personal_or_is_not() -> None:
    """A new kind of sealed record is sorted into one of the lists."""
    words = {
        template.partition(":")[0]
        for template in stored_names()["names"]["sealing_contexts"]
        if not template.startswith("{")
    }
    sorted_ones = {*looks.RECORDS, *looks.NOT_PERSONAL, *looks._NAMED_BY_KEY, "household", "child"}
    assert words <= sorted_ones, "sort it in portal/domain/people/households/looks.py"
    both = Counter([*looks.RECORDS, *looks.NOT_PERSONAL, *looks._NAMED_BY_KEY])
    assert max(both.values()) == 1


def test_what_is_opened_names_itself() -> None:
    found = sort_opened(
        [
            b"household:" + b"00ff",
            b"child:" + b"0a",
            b"moved:17:2",
            b"call:C-2023-1",
            b"scan:" + bytes([0, 200]),
            bytes(range(200, 216)),
            b"deployment",
            b"search:3",
        ]
    )
    assert (found.households, found.children, found.keys) == ({b"\x00\xff"}, {b"\x0a"}, {17})
    assert found.records == {"call:C-2023-1", "scan:00c8", "login_id:c8c9cacbcccdcecf"}
