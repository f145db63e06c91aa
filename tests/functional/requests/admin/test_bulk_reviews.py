"""Accepting many at once.

Counted before and after, plain ones only, with a reason for every one left out.
"""

from collections.abc import Callable

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from tests.functional.requests.admin.reviewing import decide, families, inbox, take, with_four_eyes
from tests.support.requests.desk import Inbox, officer
from tests.support.resident import Loop, Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in


def bulk(desk: Visitor, rows: list[Request]) -> str:
    """Tick requests and ask what accepting them would do."""
    desk.open("/reviews")
    return desk.send(
        "/reviews/bulk/choose", {f"id_{row.id}": str(row.version) for row in rows}
    ).text


def test_bulk_says_before_and_after_how_many_and_why_not_the_others(staff: StaffSite) -> None:
    people = families(staff, 4)
    box = inbox(staff)
    me = staff.hire()
    rows = [box.decline(person) for person in people[:2]]
    own = box.paper(people[2], officer(me.id))
    warned = box.paper(people[3], officer(staff.hire().id), signed_by="proxy")
    desk = staff.enter(me)
    page = bulk(desk, [*rows, own, warned])
    assert "選んだ4件のうち、2件を承認します（こども4人、120,000円）。" in page
    assert "4件のうち2件は、承認できません" in page
    assert "自分が入力した申請です" in page
    assert "注意があるので、1件ずつ確かめてください" in page
    assert box.fresh(rows[0]).state == "waiting"
    page = desk.send("/reviews/bulk/accept", {"form_key": "b"}).text
    assert "4件のうち、2件を承認しました。" in page
    assert [box.fresh(row).state for row in (*rows, own, warned)] == [
        "closed",
        "closed",
        "waiting",
        "waiting",
    ]
    desk.send("/reviews/bulk/accept", {"form_key": "b"})
    assert len(staff.events("request.close")) == 2


def _claimed(staff: StaffSite, box: Inbox, row: Request) -> None:
    take(staff.enter_as(Role.OFFICER), row)


def _held(staff: StaffSite, box: Inbox, row: Request) -> None:
    with staff.database.write() as session:
        put_hold(
            work_in(session, now=staff.now),
            session.get_one(Household, row.household_id),
            "W06_INSTITUTION",
        )


def _decided(staff: StaffSite, box: Inbox, row: Request) -> None:
    colleague = staff.enter_as(Role.OFFICER)
    decide(colleague, row, take(colleague, row), "accept")
    colleague.send(f"{colleague.place}/release")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_claimed, "ほかの人が審査中です"),
        (_held, "世帯が保留中です"),
        (_decided, "もう決まっています"),
    ],
)
def test_bulk_leaves_out_what_changed_since_the_list_was_drawn(
    sqlite_staff: StaffSite, happens: Callable[[StaffSite, Inbox, Request], None], why: str
) -> None:
    box = inbox(sqlite_staff)
    row, plain = (box.decline(person) for person in families(sqlite_staff, 2))
    desk = sqlite_staff.enter_as(Role.OFFICER)
    bulk(desk, [row, plain])
    happens(sqlite_staff, box, row)
    page = desk.send("/reviews/bulk/accept", {"form_key": "b"}).text
    assert "2件のうち、1件を承認しました。" in page
    assert why in page


def test_bulk_of_a_kind_for_four_eyes_is_left_to_two_people(
    sqlite_staff: StaffSite, background_loop: Loop
) -> None:
    careful = with_four_eyes(sqlite_staff, background_loop)
    row = inbox(careful).decline(families(careful, 1)[0])
    page = bulk(careful.enter_as(Role.OFFICER), [row])
    assert "選んだ1件のうち、0件を承認します" in page
    assert "2人で決める種類です" in page


def test_two_people_accept_the_same_in_bulk_and_each_is_told_what_was_done(
    staff: StaffSite,
) -> None:
    box = inbox(staff)
    rows = [box.decline(person) for person in families(staff, 2)]
    first, second = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    for desk in (first, second):
        bulk(desk, rows)
    assert (
        "2件のうち、2件を承認しました。"
        in first.send("/reviews/bulk/accept", {"form_key": "a"}).text
    )
    page = second.send("/reviews/bulk/accept", {"form_key": "b"}).text
    assert "2件のうち、0件を承認しました。" in page
    assert page.count("もう決まっています") == 2
    assert len(staff.events("request.close")) == 2


def test_bulk_without_a_tick_says_what_to_do(sqlite_staff: StaffSite) -> None:
    desk = sqlite_staff.enter_as(Role.OFFICER)
    desk.open("/reviews")
    answer = desk.post("/reviews/bulk/choose", {"id_x": "1", "id_5": "no", "id_77": "1"})
    assert answer.status_code == 422
    assert "しるしをつけてください" in answer.text
