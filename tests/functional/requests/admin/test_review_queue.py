"""The queue is read past SQLAlchemy, its rows are drawn once: and it shows what it ever did."""

import re
from datetime import datetime, timedelta
from functools import partial
from itertools import product

import pytest
from sqlalchemy import update

from portal.domain.contacts.calls.active_call import read_signed_in_staff, signed_in_staff
from portal.domain.desk.casework.reviews.queue import Filters, QueuePage, Wanted, queue_page
from portal.domain.foundation.actors import Role
from portal.domain.foundation.base import Base, table_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.wide_reads import BySession, Reads
from portal.domain.people.households.models import Household
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.requests.models import Request
from tests.functional.desk.admin.test_menu_counts import a_task, waiting
from tests.functional.desk.call_desk.support import agent
from tests.functional.requests.admin.reviewing import families, inbox, take
from tests.support.databases.sent import sent_to
from tests.support.staff import COOKIE, StaffSite

FILTERS = [
    Filters(),
    Filters(kind="decline", overdue=True),
    Filters(channel="portal", warned=True),
    Filters(state="closed"),
    Filters(mine=True),
    Filters(second=True),
    Filters(ward=True),
]
TURNS = 4
"""BEGIN with the settings and the clock, who is signed in, the rows with counts, and the end."""


def some_requests(staff: StaffSite) -> int:
    """Requests of every sort that the filters tell apart; return the account that claimed one."""
    box, people = inbox(staff), families(staff, 4)
    late, warned, hidden, claimed = (box.decline(person) for person in people)
    me = staff.hire()
    take(staff.enter(me), claimed)
    with staff.database.write() as session:
        session.get_one(Household, people[2].household_id).protected = True
        session.get_one(Request, late.id).due_on = jst_date(staff.now) - timedelta(days=3)
        session.execute(
            update(Request)
            .where(Request.id == warned.id)
            .values(warned=True, warnings=["adult", "other"])
        )
    assert hidden.household_id == people[2].household_id
    return me.id


def _page_of(wanted: Wanted, reads: Reads, _stated: datetime) -> QueuePage:
    return queue_page(reads, wanted)


def test_both_ways_read_the_same_page(staff: StaffSite) -> None:
    me, shown = some_requests(staff), 0
    for filters, include_protected, after in product(FILTERS, (False, True), (0, 1)):
        wanted = Wanted(filters, include_protected, me, jst_date(staff.now), after)
        with staff.database.read() as session:
            expected = queue_page(BySession(session), wanted)
        found = staff.database.short.read(partial(_page_of, wanted))
        assert found == expected
        shown += len(expected.rows)
    assert shown > len(FILTERS), "the requests of this test reach its filters"


def values(row: Base | None) -> dict[str, object] | None:
    """Every column of a row."""
    if row is None:
        return None
    return {column.key: getattr(row, column.key) for column in table_of(type(row)).c}


@pytest.mark.parametrize("in_a_call", [False, True])
def test_who_is_signed_in_is_the_same_both_ways(staff: StaffSite, in_a_call: bool) -> None:
    one = agent(staff)
    if in_a_call:
        one.begin()
        one.visitor.get(f"/desk/{staff.add_household().household_id}")
    token = one.visitor.cookie(COOKIE)
    found = staff.database.short.read(
        lambda reads, _at: read_signed_in_staff(reads, token, staff.now)
    )
    assert found is not None
    assert (found.call is not None) is (found.opened_last is not None) is in_a_call
    with staff.database.read() as session:
        expected = signed_in_staff(session, token, staff.now)
        assert expected is not None
        for name in ("auth", "staff", "call"):
            assert values(getattr(found, name)) == values(getattr(expected, name))
        assert found.opened_last == expected.opened_last


def test_the_queue_is_one_short_transaction(staff: StaffSite) -> None:
    inbox(staff).decline(families(staff, 1)[0])
    desk = staff.enter_as(Role.OFFICER)
    desk.open("/reviews")
    with sent_to(staff.database) as sent:
        assert desk.get("/reviews").status_code == 200
    assert sent[0].startswith("BEGIN")
    assert sent[TURNS - 1] in {"COMMIT", "ROLLBACK"}
    # what processes of a site keep for some seconds, the site of this test reads for each page
    assert [one for one in sent[TURNS:] if "request" in one or "auth_session" in one] == []


def test_nobody_is_let_in_whose_session_or_account_has_ended(staff: StaffSite) -> None:
    row = inbox(staff).decline(families(staff, 1)[0])
    person = staff.hire()
    desk = staff.enter(person)
    assert row.receipt_no in desk.open("/reviews").text
    with staff.database.write() as session:
        session.get_one(StaffUser, person.id).active = False
    gone = desk.get("/reviews")
    assert gone.status_code == 303
    assert gone.headers["location"] == "/signin"
    other = staff.enter_as(Role.OFFICER)
    staff.clock.instant += timedelta(minutes=16)
    assert row.receipt_no not in other.get("/reviews").text, "the screen is locked"
    staff.clock.instant += timedelta(hours=8)
    assert other.get("/reviews").headers["location"] == "/signin"


def test_a_row_that_was_drawn_for_one_says_to_another_who_reviews_it(staff: StaffSite) -> None:
    row = inbox(staff).decline(families(staff, 1)[0])
    me, other = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    assert "審査中</span>" not in me.open("/reviews").text
    take(me, row)
    assert re.search(r'<span class="kana">自分が審査中</span>', me.open("/reviews").text)
    assert re.search(r'<span class="kana">ほかの人が審査中</span>', other.open("/reviews").text)
    staff.clock.instant += timedelta(minutes=15)
    assert "審査中</span>" not in staff.enter_as(Role.OFFICER).open("/reviews").text


def test_a_row_that_was_drawn_grows_older(staff: StaffSite) -> None:
    row = inbox(staff).decline(families(staff, 1)[0])
    said = []
    for day in range(3):
        with staff.database.write() as session:
            session.get_one(Request, row.id).due_on = jst_date(staff.now) + timedelta(days=1 - day)
        page = staff.enter_as(Role.OFFICER).open("/reviews").text
        waited = re.findall(r'<td class="n">(\d+)</td>', page)[0]
        due = re.findall(r"きょうまで|期限を過ぎた</span>", page)
        said.append((waited, due[-1:]))
        staff.clock.instant += timedelta(days=1)
    assert [waited for waited, _due in said] == ["0", "1", "2"]
    assert len({tuple(due) for _waited, due in said}) == 3, said


def test_the_menu_beside_the_queue_is_counted_again_as_on_any_page(staff: StaffSite) -> None:
    staff.clock.advance(hours=6)  # figures of another test's person with the same key are old
    a_task(staff)
    visitor = staff.enter_as(Role.OFFICER)
    assert waiting(visitor, "/reviews", "/tasks") == 1
    a_task(staff)
    assert waiting(visitor, "/reviews", "/tasks") == 1
    staff.clock.advance(seconds=31)
    assert waiting(visitor, "/reviews", "/tasks") == 2
