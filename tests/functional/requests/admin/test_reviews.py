"""The review desk.

What waits and for whom, in which order, who has claimed what, and who never sees it.
"""

import re
from datetime import timedelta

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from tests.functional.requests.admin.reviewing import families, inbox, take
from tests.support.requests.desk import officer
from tests.support.resident import Visitor
from tests.support.staff import StaffSite


def numbers(page: str) -> list[str]:
    """Receipt numbers of the list, from top to bottom."""
    return re.findall(r'<span class="mono number">([^<]+)</span>', page)


def test_the_queue_is_oldest_first_and_its_filters_are_shown_and_removable(
    staff: StaffSite,
) -> None:
    first, second, third = families(staff)
    box = inbox(staff)
    rows = [box.decline(first), box.alternative(second), box.decline(third)]
    desk = staff.enter_as(Role.OFFICER)
    page = desk.open("/reviews").text
    assert numbers(page) == [row.receipt_no for row in rows]
    assert "すべての種類: 3件が審査を待っています。" in page
    page = desk.open("/reviews?kind=decline&channel=portal").text
    assert numbers(page) == [rows[0].receipt_no, rows[2].receipt_no]
    assert 'id="filter-no-kind" href="/reviews?channel=portal"' in page
    assert 'id="filter-no-channel" href="/reviews?kind=decline"' in page
    assert numbers(desk.open("/reviews?channel=fax").text) == []
    assert "ここに当てはまる申請はありません" in desk.page.text if desk.page else False
    staff.clock.instant += timedelta(days=30)
    assert len(numbers(staff.enter_as(Role.OFFICER).open("/reviews?overdue=1").text)) == 3


def test_the_ward_finds_what_it_alone_can_decide_and_others_are_not_told_of_it(
    staff: StaffSite,
) -> None:
    known, hidden = families(staff, 2)
    box = inbox(staff)
    rows = [box.decline(known), box.decline(hidden)]
    with staff.database.write() as session:
        session.get_one(Household, hidden.household_id).protected = True
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert 'id="filter-ward" href="/reviews?ward=1"' in ward.open("/reviews").text
    page = ward.open("/reviews?ward=1").text
    assert numbers(page) == [rows[1].receipt_no]
    assert 'id="filter-no-ward" href="/reviews"' in page
    desk = staff.enter_as(Role.OFFICER)
    assert 'id="filter-ward"' not in desk.open("/reviews").text
    assert numbers(desk.open("/reviews?ward=1").text) == []


@pytest.mark.parametrize(
    "query", ["kind=nothing", "state=' OR 1=1", "after=-5", "after=9999999999999999999"]
)
def test_an_address_that_nobody_wrote_narrows_nothing(sqlite_staff: StaffSite, query: str) -> None:
    row = inbox(sqlite_staff).decline(families(sqlite_staff, 1)[0])
    assert numbers(sqlite_staff.enter_as(Role.OFFICER).open(f"/reviews?{query}").text) == [
        row.receipt_no
    ]


def test_counts_per_kind_and_overdue_are_of_what_waits(staff: StaffSite) -> None:
    people = families(staff)
    box = inbox(staff)
    box.decline(people[0], at=staff.now - timedelta(days=20))
    box.decline(people[1])
    box.alternative(people[2])
    page = staff.enter_as(Role.OFFICER).open("/reviews").text
    counted = {
        name: re.findall(rf'id="filter-{name}".*?<span class="count">(\d+)</span>', page)[0]
        for name in ("all", "decline", "alternative", "redelivery", "overdue")
    }
    assert counted == {
        "all": "3",
        "decline": "2",
        "alternative": "1",
        "redelivery": "0",
        "overdue": "1",
    }


def test_the_next_one_is_the_oldest_that_nobody_claims_and_not_the_own_entry(
    staff: StaffSite,
) -> None:
    people = families(staff)
    box = inbox(staff)
    me, other = staff.hire(), staff.hire()
    own, claimed, free = (
        box.paper(people[0], officer(me.id)),
        box.decline(people[1]),
        box.decline(people[2]),
    )
    colleague, desk = staff.enter(other), staff.enter(me)
    take(colleague, claimed)
    desk.open("/reviews")
    desk.send("/reviews/next")
    assert desk.place == f"/reviews/{free.id}"
    assert own.receipt_no not in (desk.page.text if desk.page else own.receipt_no)


def test_whoever_skips_sees_every_request_in_turn(sqlite_staff: StaffSite) -> None:
    rows = [
        inbox_of.decline(p) for inbox_of in [inbox(sqlite_staff)] for p in families(sqlite_staff)
    ]
    desk = sqlite_staff.enter_as(Role.OFFICER)
    desk.open("/reviews")
    places = []
    after = ""
    for _turn in range(4):
        desk.send("/reviews/next", {"after": after})
        places.append(int(desk.place.rsplit("/", 1)[1]))
        after = str(places[-1])
    assert places == [row.id for row in (*rows, rows[0])]
    with sqlite_staff.database.read() as session:
        claimed = [
            row.id for row in rows if session.get_one(Request, row.id).claimed_by is not None
        ]
    assert claimed == [rows[0].id]


def test_a_second_person_is_told_in_words_and_free_after_a_quarter_of_an_hour(
    staff: StaffSite,
) -> None:
    row = inbox(staff).decline(families(staff, 1)[0])
    first, second = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    assert "鶉野" in take(first, row)
    page = second.open(f"/reviews/{row.id}").text
    assert "ほかの人が審査中です" in page
    assert "鶉野" not in page
    answer = second.post(f"/reviews/{row.id}/claim")
    assert answer.status_code == 409
    assert "ほかの人が審査中です" in answer.text
    staff.clock.instant += timedelta(minutes=15)
    assert "鶉野" in take(staff.enter_as(Role.OFFICER), row)
    assert "ほかの人が審査中です" in staff.enter_as(Role.OFFICER).open(f"/reviews/{row.id}").text


def test_what_is_personal_shows_only_after_the_claim_which_is_on_record(
    sqlite_staff: StaffSite,
) -> None:
    row = inbox(sqlite_staff).decline(families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    assert "鶉野" not in desk.open(f"/reviews/{row.id}").text
    assert "鶉野" in take(desk, row)
    assert [event.subject_id for event in sqlite_staff.events("request.claimed")] == [row.id]
    desk.send(f"/reviews/{row.id}/release")
    assert "鶉野" not in desk.open(f"/reviews/{row.id}").text


def hidden_from(staff: StaffSite, desk: Visitor, row: Request) -> None:
    assert numbers(desk.open("/reviews").text) == []
    assert "すべての種類: 0件" in (desk.page.text if desk.page else "")
    for answer in (
        desk.get(f"/reviews/{row.id}"),
        desk.post(f"/reviews/{row.id}/claim"),
        desk.post(f"/reviews/{row.id}/decide", {"action": "accept", "version": "1"}),
    ):
        assert answer.status_code == 404
        assert row.receipt_no not in answer.text
    desk.send("/reviews/next")
    assert desk.place == "/reviews"
    desk.post("/reviews/bulk/choose", {f"id_{row.id}": "1"})
    assert desk.page is not None
    assert desk.page.status_code == 422


def test_a_protected_household_is_the_wards_in_queue_counts_and_by_address(
    staff: StaffSite,
) -> None:
    box = inbox(staff)
    person = staff.add_household()
    staff.give_coupons()
    row = box.decline(person)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    hidden_from(staff, staff.enter_as(Role.OFFICER), row)
    assert "/reviews?kind=decline" not in staff.enter_as(Role.OFFICER).open("/").text
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert numbers(ward.open("/reviews").text) == [row.receipt_no]
    assert "1" in re.findall(
        r'href="/reviews\?kind=decline"><span class="figure">(\d+)', ward.open("/").text
    )
    assert "鶉野" in take(ward, row)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_outside_the_back_office_reaches_the_desk(
    sqlite_staff: StaffSite, role: Role
) -> None:
    visitor = sqlite_staff.enter_as(role)
    assert [visitor.get(path).status_code for path in ("/reviews", "/reviews/1", "/stops")] == [
        403,
        403,
        403,
    ]
