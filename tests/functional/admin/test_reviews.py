"""The review desk: what waits and for whom, one decides, a change is shown, two eyes or four, many at once."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.domain.actors import SYSTEM, Role
from portal.domain.declines import services as declines
from portal.domain.households.models import Household
from portal.domain.requests.models import Request
from portal.domain.requests.scans import check_scan, store_scan
from portal.domain.roster.holds import put_hold
from tests.functional.admin.reviewing import decide, families, inbox, take
from tests.support.coupons import VAULT
from tests.support.desk import PARENT, Inbox, actions, field, officer
from tests.support.files import picture
from tests.support.resident import Loop, Visitor
from tests.support.staff import StaffSite, make_staff


def with_four_eyes(staff: StaffSite, loop: Loop) -> StaffSite:
    program = staff.site.program
    rules = replace(program.requests, four_eyes=frozenset({"decline"}))
    return make_staff(
        replace(staff.site, program=replace(program, requests=rules)), staff.database, loop, staff.folder
    )


def numbers(page: str) -> list[str]:
    """Receipt numbers of the list, from top to bottom."""
    return re.findall(r'<span class="mono number">([^<]+)</span>', page)


def test_the_queue_is_oldest_first_and_its_filters_are_shown_and_removable(staff: StaffSite) -> None:
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


@pytest.mark.parametrize("query", ["kind=nothing", "state=' OR 1=1", "after=-5", "after=9999999999999999999"])
def test_an_address_that_nobody_wrote_narrows_nothing(sqlite_staff: StaffSite, query: str) -> None:
    row = inbox(sqlite_staff).decline(families(sqlite_staff, 1)[0])
    assert numbers(sqlite_staff.enter_as(Role.OFFICER).open(f"/reviews?{query}").text) == [row.receipt_no]


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
    assert counted == {"all": "3", "decline": "2", "alternative": "1", "redelivery": "0", "overdue": "1"}


def test_the_next_one_is_the_oldest_that_nobody_claims_and_not_the_own_entry(staff: StaffSite) -> None:
    people = families(staff)
    box = inbox(staff)
    me, other = staff.hire(), staff.hire()
    own, claimed, free = box.paper(people[0], officer(me.id)), box.decline(people[1]), box.decline(people[2])
    colleague, desk = staff.enter(other), staff.enter(me)
    take(colleague, claimed)
    desk.open("/reviews")
    desk.send("/reviews/next")
    assert desk.place == f"/reviews/{free.id}"
    assert own.receipt_no not in (desk.page.text if desk.page else own.receipt_no)


def test_whoever_skips_sees_every_request_in_turn(sqlite_staff: StaffSite) -> None:
    rows = [inbox_of.decline(p) for inbox_of in [inbox(sqlite_staff)] for p in families(sqlite_staff)]
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
        claimed = [row.id for row in rows if session.get_one(Request, row.id).claimed_by is not None]
    assert claimed == [rows[0].id]


def test_a_second_person_is_told_in_words_and_free_after_a_quarter_of_an_hour(staff: StaffSite) -> None:
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


def test_what_is_personal_shows_only_after_the_claim_which_is_on_record(sqlite_staff: StaffSite) -> None:
    row = inbox(sqlite_staff).decline(families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    assert "鶉野" not in desk.open(f"/reviews/{row.id}").text
    assert "鶉野" in take(desk, row)
    assert [event.subject_id for event in sqlite_staff.events("request.claimed")] == [row.id]
    desk.send(f"/reviews/{row.id}/release")
    assert "鶉野" not in desk.open(f"/reviews/{row.id}").text


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
    assert "承認しました。 つぎの申請です。" in page
    assert 'aria-describedby="said" autofocus' in page
    page = decide(desk, last, page, "accept", queue="decline")
    assert desk.place == "/reviews"
    assert "承認しました。 この種類の審査を待つ申請は、ほかにありません。" in page
    assert [box.fresh(row).result for row in (first, last)] == ["accepted", "accepted"]


@pytest.mark.parametrize(("kind", "action", "state"), [
    ("decline", "accept", "closed"), ("decline", "return", "with_resident"), ("decline", "refuse", "closed"),
    ("alternative", "accept", "in_progress"), ("alternative", "return", "with_resident"), ("alternative", "refuse", "closed"),
])  # fmt: skip
def test_every_decision_of_a_kind_goes_through_its_page(
    staff: StaffSite, kind: str, action: str, state: str
) -> None:
    person = families(staff, 1)[0]
    box = inbox(staff)
    row = box.decline(person) if kind == "decline" else box.alternative(person)
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    assert actions(page) == ["accept", "return", "refuse"]
    decide(desk, row, page, action, reason="" if action == "accept" else "other", text="窓口に来てください。")
    assert box.fresh(row).state == state


def test_an_unclear_form_is_marked_and_later_cleared_up_on_the_same_screen(staff: StaffSite) -> None:
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


def test_a_request_without_sign_in_gets_its_household_before_anything_is_approved(staff: StaffSite) -> None:
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


@pytest.mark.parametrize(("sent", "said"), [
    ({"action": ""}, "どうするかを選んでください"), ({"action": "destroy"}, "どうするかを選んでください"),
    ({"action": "refuse"}, "住民に伝える理由を選んでください"), ({"action": "return", "reason": "no"}, "住民に伝える理由を選んでください"),
    ({"action": "refuse", "reason": "other", "text": "あ" * 401}, "400文字まで"),
    ({"action": "accept", "version": ""}, "審査"),
])  # fmt: skip
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


def test_a_decision_on_changed_data_is_refused_and_the_page_shows_the_change(staff: StaffSite) -> None:
    box = inbox(staff)
    person = families(staff, 1)[0]
    row = box.decline(person)
    desk = staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    with staff.database.write() as session:
        declines.withdraw(session, VAULT, box.program, row.id, person.household_id, PARENT, staff.now)
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
    sent = {name: field(page, name) for name in ("version", "shown", "form_key")} | {"action": "accept"}
    answers = [desk.post(f"/reviews/{row.id}/decide", sent) for _ in range(5)]
    assert {answer.headers["location"] for answer in answers} == {f"/reviews/{following.id}?said=accept"}
    assert len(staff.events("request.close")) == 1


def test_a_refused_decision_stays_refused_however_often_it_is_sent(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    person = families(sqlite_staff, 1)[0]
    row = box.decline(person)
    with sqlite_staff.database.write() as session:
        household = session.get_one(Household, person.household_id)
        put_hold(session, household, "W06_INSTITUTION", SYSTEM, sqlite_staff.now)
    desk = sqlite_staff.enter_as(Role.OFFICER)
    page = take(desk, row)
    sent = {name: field(page, name) for name in ("version", "shown", "form_key")} | {"action": "accept"}
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
    answer = desk.post(f"/reviews/{row.id}/decide", {"action": "accept", "version": str(row.version)})
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
        f"/reviews/{row.id}/decide", {"action": "accept", "version": field(page, "version"), "form_key": "z"}
    )
    assert answer.status_code == 422
    first.send(f"/reviews/{row.id}/release")
    page = take(second, row)
    assert "さんが承認を提案しています。 あなたが承認すると決まります。" in page
    decide(second, row, page, "accept")
    assert box.fresh(row).result == "accepted"


def test_the_form_lies_beside_the_data_page_by_page(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    person = families(sqlite_staff, 1)[0]
    with sqlite_staff.database.write() as session:
        scan = store_scan(
            session, VAULT, check_scan(picture()), SYSTEM, sqlite_staff.now, household_id=person.household_id
        )
    row = box.paper(person, officer(sqlite_staff.hire().id), scan_id=scan.id)
    page = take(sqlite_staff.enter_as(Role.OFFICER), row)
    assert f'<img src="/scans/{scan.id}/pages/1?for=review" alt="書類のスキャン（1／1ページ）"' in page
    assert "署名した人" in page


def hidden_from(staff: StaffSite, desk: Visitor, row: Request) -> None:
    assert numbers(desk.open("/reviews").text) == []
    assert "すべての種類: 0件" in (desk.page.text if desk.page else "")
    for answer in (
        desk.get(f"/reviews/{row.id}"), desk.post(f"/reviews/{row.id}/claim"),
        desk.post(f"/reviews/{row.id}/decide", {"action": "accept", "version": "1"}),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert row.receipt_no not in answer.text
    desk.send("/reviews/next")
    assert desk.place == "/reviews"
    desk.post("/reviews/bulk/choose", {f"id_{row.id}": "1"})
    assert desk.page is not None
    assert desk.page.status_code == 422


def test_a_protected_household_is_the_wards_in_queue_counts_and_by_address(staff: StaffSite) -> None:
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
    assert "1" in re.findall(r'href="/reviews\?kind=decline"><span class="figure">(\d+)', ward.open("/").text)
    assert "鶉野" in take(ward, row)


def bulk(desk: Visitor, rows: list[Request]) -> str:
    """Ticks requests and asks what accepting them would do."""
    desk.open("/reviews")
    return desk.send("/reviews/bulk/choose", {f"id_{row.id}": str(row.version) for row in rows}).text


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
        put_hold(session, session.get_one(Household, row.household_id), "W06_INSTITUTION", SYSTEM, staff.now)


def _decided(staff: StaffSite, box: Inbox, row: Request) -> None:
    colleague = staff.enter_as(Role.OFFICER)
    decide(colleague, row, take(colleague, row), "accept")
    colleague.send(f"{colleague.place}/release")


@pytest.mark.parametrize(("happens", "why"), [
    (_claimed, "ほかの人が審査中です"), (_held, "世帯が保留中です"), (_decided, "もう決まっています"),
])  # fmt: skip
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


def test_two_people_accept_the_same_in_bulk_and_each_is_told_what_was_done(staff: StaffSite) -> None:
    box = inbox(staff)
    rows = [box.decline(person) for person in families(staff, 2)]
    first, second = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    for desk in (first, second):
        bulk(desk, rows)
    assert "2件のうち、2件を承認しました。" in first.send("/reviews/bulk/accept", {"form_key": "a"}).text
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


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_outside_the_back_office_reaches_the_desk(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    assert [visitor.get(path).status_code for path in ("/reviews", "/reviews/1", "/stops")] == [403, 403, 403]
