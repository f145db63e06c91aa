"""Deciding a request.

Through its page, once, by the right people, never on what has changed meanwhile.
"""

from datetime import timedelta

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Household
from portal.domain.requests.declines import services as declines
from portal.domain.requests.requests.scans import store_scan
from tests.functional.requests.admin.reviewing import decide, families, inbox, take, with_four_eyes
from tests.support.reading.files import picture
from tests.support.requests.desk import PARENT, actions, field, officer
from tests.support.requests.scans import checked
from tests.support.resident import Loop
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_accepting_says_so_and_goes_on_to_the_next_of_the_same_queue(staff: StaffSite) -> None:
    people = families(staff)
    box = inbox(staff)
    first, _paper, last = box.decline(people[0]), box.alternative(people[1]), box.decline(people[2])
    desk = staff.enter_as(Role.OFFICER)
    desk.open("/reviews?kind=decline")
    page = desk.send("/reviews/next", {"queue": "decline"}).text
    assert "こども" in page.split("承認すると", 1)[1].split("</ul>", 1)[0]
    page = decide(desk, first, page, "accept", queue="decline")
    assert desk.place == f"/reviews/{last.id}"
    assert "承認しました。つぎの申請です。" in page
    assert 'aria-describedby="said" autofocus' in page
    page = decide(desk, last, page, "accept", queue="decline")
    assert desk.place == "/reviews"
    assert "承認しました。この種類の審査を待つ申請は、ほかにありません。" in page
    assert [box.fresh(row).result for row in (first, last)] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("kind", "action", "state"),
    [
        ("decline", "accept", "closed"),
        ("decline", "return", "with_resident"),
        ("decline", "refuse", "closed"),
        ("alternative", "accept", "in_progress"),
        ("alternative", "return", "with_resident"),
        ("alternative", "refuse", "closed"),
    ],
)
def test_every_decision_of_a_kind_goes_through_its_page(
    staff: StaffSite, kind: str, action: str, state: str
) -> None:
    person = families(staff, 1)[0]
    box = inbox(staff)
    row = box.decline(person) if kind == "decline" else box.alternative(person)
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    assert actions(page) == ["accept", "return", "refuse"]
    decide(
        desk,
        row,
        page,
        action,
        reason="" if action == "accept" else "other",
        text="窓口に来てください。",
    )
    assert box.fresh(row).state == state


def test_an_unclear_form_is_marked_and_later_cleared_up_on_the_same_screen(
    staff: StaffSite,
) -> None:
    person = families(staff, 1)[0]
    box = inbox(staff)
    row = box.paper(person, officer(staff.hire().id))
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    assert actions(page) == ["accept", "return", "refuse", "mark_unclear"]
    decide(desk, row, page, "mark_unclear", reason="unclear", extra_follow_up="letter")
    assert box.fresh(row).state == "with_resident"
    page = take(desk, row)
    assert actions(page) == ["refuse", "clarify"]
    page = decide(desk, row, page, "clarify")
    assert "審査にもどしました。" in page
    assert "accept" in actions(page)
    decide(desk, row, page, "accept")
    assert box.fresh(row).result == "accepted"


def test_a_request_without_sign_in_gets_its_household_before_anything_is_approved(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    box = inbox(staff)
    row = box.redelivery()
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    assert actions(page) == ["choose", "to_ward"]
    assert "鶉●" in page
    page = decide(desk, row, page, "choose", extra_household=str(person.household_id))
    assert "世帯を選びました。" in page
    assert actions(page) == ["approve", "to_ward", "refuse"]
    page = decide(desk, row, page, "to_ward")
    assert desk.place == "/reviews"
    assert "区に回しました。" in page


def test_an_addition_is_entered_by_one_and_accepted_by_the_ward(staff: StaffSite) -> None:
    box = inbox(staff)
    clerk = staff.hire()
    row = box.addition(officer(clerk.id))
    assert actions(take(staff.enter(clerk), row)) == []
    staff.clock.instant += timedelta(minutes=15)
    ward = staff.enter_as(Role.WARD_OFFICER)
    page = take(ward, row)
    assert "鷺沼" in page
    assert actions(page) == ["accept", "refuse"]
    decide(ward, row, page, "accept")
    assert box.fresh(row).state != "waiting"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": ""}, "どうするかを選んでください"),
        ({"action": "destroy"}, "どうするかを選んでください"),
        ({"action": "refuse"}, "住民に伝える理由を選んでください"),
        ({"action": "return", "reason": "no"}, "住民に伝える理由を選んでください"),
        ({"action": "refuse", "reason": "other", "text": "あ" * 401}, "400文字まで"),
        ({"action": "accept", "version": ""}, "審査"),
    ],
)
def test_a_form_that_is_not_filled_in_comes_back_with_what_is_missing(
    sqlite_staff: StaffSite, sent: dict[str, str], said: str
) -> None:
    box = inbox(sqlite_staff)
    row = box.decline(families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    hidden = {name: field(page, name) for name in ("version", "form_key")}
    answer = desk.post(f"/reviews/{row.id}/decide", hidden | {"reason": "", "text": ""} | sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert box.fresh(row).state == "waiting"


def test_a_decision_on_changed_data_is_refused_and_the_page_shows_the_change(
    staff: StaffSite,
) -> None:
    box = inbox(staff)
    person = families(staff, 1)[0]
    row = box.decline(person)
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    with staff.database.write() as session:
        declines.withdraw(
            work_in(session, PARENT, staff.now, program=box.program), row.id, person.household_id
        )
    hidden = {name: field(page, name) for name in ("version", "shown", "form_key")}
    answer = desk.post(f"/reviews/{row.id}/decide", hidden | {"action": "accept"})
    assert answer.status_code == 409
    changed = answer.text.split('id="changed"', 1)[1].split("</section>", 1)[0]
    assert "状態: 審査待ち → 終わり" in changed
    assert "取り下げ" in changed
    assert "住民" in changed
    assert box.fresh(row).result == "withdrawn"


def test_five_equal_posts_decide_once_and_all_go_on(staff: StaffSite) -> None:
    people = families(staff, 2)
    box = inbox(staff)
    row, following = box.decline(people[0]), box.decline(people[1])
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    sent = {name: field(page, name) for name in ("version", "shown", "form_key")} | {
        "action": "accept"
    }
    answers = [desk.post(f"/reviews/{row.id}/decide", sent) for _ in range(5)]
    assert {answer.headers["location"] for answer in answers} == {
        f"/reviews/{following.id}?said=accept"
    }
    assert len(staff.events("request.close")) == 1


def test_a_refused_decision_stays_refused_however_often_it_is_sent(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    person = families(sqlite_staff, 1)[0]
    row = box.decline(person)
    with sqlite_staff.database.write() as session:
        household = session.get_one(Household, person.household_id)
        put_hold(work_in(session, now=sqlite_staff.now), household, "W06_INSTITUTION")
    desk = sqlite_staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    sent = {name: field(page, name) for name in ("version", "shown", "form_key")} | {
        "action": "accept"
    }
    for _time in range(2):
        answer = desk.post(f"/reviews/{row.id}/decide", sent)
        assert answer.status_code == 422
        assert "保留中" in answer.text
    assert box.fresh(row).state == "waiting"


def test_nobody_decides_an_own_entry(sqlite_staff: StaffSite) -> None:
    me = sqlite_staff.hire()
    box = inbox(sqlite_staff)
    row = box.paper(families(sqlite_staff, 1)[0], officer(me.id))
    desk = sqlite_staff.enter(me)
    page = take(desk, row)
    assert actions(page) == []
    assert "あなたが入力した申請です" in page
    answer = desk.post(
        f"/reviews/{row.id}/decide", {"action": "accept", "version": str(row.version)}
    )
    assert answer.status_code == 422
    assert "自分では決められません" in answer.text


def test_with_four_eyes_one_proposes_and_only_another_accepts(
    staff: StaffSite, background_loop: Loop
) -> None:
    careful = with_four_eyes(staff, background_loop)
    box = inbox(careful)
    row = box.decline(families(careful, 1)[0])
    first, second = careful.enter_as(Role.OFFICER), careful.enter_as(Role.OFFICER)
    page = decide(first, row, take(first, row), "accept")
    assert "承認を提案しました" in page
    assert first.place == "/reviews"
    page = take(first, row)
    assert "あなたの提案です" in page
    assert actions(page) == ["return", "refuse"]
    answer = first.post(
        f"/reviews/{row.id}/decide",
        {"action": "accept", "version": field(page, "version"), "form_key": "z"},
    )
    assert answer.status_code == 422
    first.send(f"/reviews/{row.id}/release")
    page = take(second, row)
    assert "さんが承認を提案しています。あなたが承認すると決まります。" in page
    decide(second, row, page, "accept")
    assert box.fresh(row).result == "accepted"


def test_the_form_lies_beside_the_data_page_by_page(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    person = families(sqlite_staff, 1)[0]
    with sqlite_staff.database.write() as session:
        scan = store_scan(
            work_in(session, now=sqlite_staff.now),
            checked(picture()),
            household_id=person.household_id,
        )
    row = box.paper(person, officer(sqlite_staff.hire().id), scan_id=scan.id)
    page = take(sqlite_staff.enter_as(Role.OFFICER), row)
    assert (
        f'<img src="/scans/{scan.id}/pages/1?for=review" alt="書類のスキャン（1／1ページ）"' in page
    )
    assert "署名した人" in page
