"""What waits at the places of the menu: counted beside the page, never at its cost."""

import re

from sqlalchemy import text

from portal.domain.foundation.actors import Role
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from tests.functional.desk.call_desk.support import agent
from tests.support.databases.statements import counted_statements
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

MOST_STATEMENTS = 14
"""Of one counting: one for each place, of which none has all, and the savepoint around them."""


def waiting(visitor: Visitor, path: str, place: str) -> int:
    """How much the menu of a page says to wait at a place."""
    found = re.search(
        rf'<a href="{place}"[^>]*>[^<]*<span class="waits">(\d+)', visitor.open(path).text
    )
    return int(found[1]) if found is not None else 0


def a_task(staff: StaffSite) -> None:
    person = staff.add_household()
    with staff.database.write() as session:
        open_task(work_in(session, now=staff.now), TaskKind.NEW_LETTER, person.household_id, {})


def test_the_figures_are_kept_for_half_a_minute_and_counted_again_after_an_own_form(
    staff: StaffSite,
) -> None:
    staff.clock.advance(hours=5)  # figures of another test's person with the same key are old
    a_task(staff)
    visitor = staff.enter_as(Role.OFFICER)
    assert waiting(visitor, "/calendar", "/tasks") == 1
    a_task(staff)
    with counted_statements(staff.database) as kept:
        assert waiting(visitor, "/calendar", "/tasks") == 1
    staff.clock.advance(seconds=31)
    with counted_statements(staff.database) as counted:
        assert waiting(visitor, "/calendar", "/tasks") == 2
    assert 0 < len(counted) - len(kept) <= MOST_STATEMENTS
    a_task(staff)
    visitor.send("/find/search", {"q": "カレンダー"})
    assert waiting(visitor, "/calendar", "/tasks") == 3


def test_what_a_page_stored_stays_though_the_menu_cannot_be_counted(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    with staff.database.write() as session:
        session.execute(text("ALTER TABLE fax_case RENAME COLUMN state TO gone"))
    staff.clock.advance(seconds=31)
    try:
        with counted_statements(staff.database) as ran:
            answer = one.visitor.get(f"/desk/{person.household_id}")
    finally:  # tests after this one are given the same tables
        with staff.database.write() as session:
            session.execute(text("ALTER TABLE fax_case RENAME COLUMN gone TO state"))
    assert answer.status_code == 200
    assert [one for one in ran if one.startswith("ROLLBACK TO SAVEPOINT")]
    assert staff.events("household.opened")


def test_a_page_of_short_transactions_opens_none_for_its_menu(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.ADMINISTRATOR)
    for _page in range(2):
        staff.clock.advance(seconds=31)
        assert visitor.get("/system").status_code == 200
        assert staff.database.engine.pool.status().count("Current Checked out connections: 0")
