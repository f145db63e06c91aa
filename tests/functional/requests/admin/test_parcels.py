"""The parcels desk and the stock room.

Two people, a scanner's Enter, tracking, and what comes back.
"""

from dataclasses import replace

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives.models import AlternativeItem, AlternativeParcel
from tests.support.people import Person
from tests.support.requests.paper import Paper, make_paper, tracking_no
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

FORM = {"child_1": "1", "mail_class": "simple_registered"}


@pytest.fixture
def office(staff: StaffSite) -> Paper:
    made = make_paper(staff.database, staff.folder)
    return replace(made, program=staff.site.program, now=staff.now)


@pytest.fixture
def family(staff: StaffSite, office: Paper) -> Person:
    person = office.household()
    staff.give_coupons()
    return person


@pytest.fixture
def people(staff: StaffSite) -> tuple[Visitor, Visitor]:
    """Two officers at the desk."""
    return staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)


def approved(office: Paper, family: Person, *ordinals: int) -> int:
    office.receive()
    request_id = office.ask(family, *(ordinals or (1,)))
    office.decide(request_id)
    return request_id


def test_from_the_shelf_to_the_door(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    first, second = people
    request_id = approved(office, family)
    page = first.open("/parcels")
    assert f"/parcels/pack/{request_id}" in page.text
    assert "10,000円の券が3枚、合わせて30,000円" in page.text
    first.open(f"/parcels/pack/{request_id}")
    # a scanner sends Enter after each number: the page asks for the next one
    page = first.send(f"/parcels/pack/{request_id}/count", FORM | {"scan_0_0": "GC000001"})
    assert first.place == f"/parcels/pack/{request_id}"
    assert "あと2枚" in page.text
    assert (
        'name="scan_0_0_last" value="" autocomplete="off" spellcheck="false" '
        'autocapitalize="none" autofocus'
    ) in page.text
    page = first.send(
        f"/parcels/pack/{request_id}/count",
        FORM | {"scan_0_0": "GC000001", "scan_0_0_last": "GC000003"},
    )
    assert "数えました" in page.text
    parcel = "/parcels/1"
    assert "ほかの人が確認します" in first.open(parcel).text
    assert (
        first.post(parcel + "/confirm", {"pieces": "3", "amount_yen": "30000"}).status_code == 422
    )
    assert "3枚" not in second.open(parcel).text  # the second person counts without knowing
    assert (
        second.post(parcel + "/confirm", {"pieces": "2", "amount_yen": "30000"}).status_code == 422
    )
    page = second.send(parcel + "/confirm", {"pieces": "３", "amount_yen": "30,000"})
    assert "確認しました" in page.text
    assert "鶉野" not in second.open(parcel).text
    assert "鶉野" in second.send(parcel + "/address").text
    assert len(staff.events("parcel.address_read")) == 1
    for wrong in ("", "123", tracking_no(1)[:-1] + "9"):
        page = second.post(
            parcel + "/post",
            {"mail_class": "simple_registered", "tracking_no": wrong, "posted_on": "2023-08-01"},
        )
        assert page.status_code == 422
    page = second.send(
        parcel + "/post",
        {
            "mail_class": "simple_registered",
            "tracking_no": tracking_no(1),
            "posted_on": "2023-08-01",
        },
    )
    assert "差し出しを記録しました" in page.text
    second.send(parcel + "/absent", {"absent_on": "2023-08-01", "kept_until": ""})
    assert "2023-08-08" in second.open("/parcels?stage=on_the_way").text
    assert staff.count(Announcement, event="at_post_office", household_id=family.household_id) == 1
    second.send(parcel + "/deliver", {"delivered_on": "2023-08-01"})
    assert staff.count(AlternativeItem, state="delivered") == 1
    # the card that would say that it waits at the post office is printed no more
    assert staff.count(Announcement, event="at_post_office", medium="card", state="called_off") == 1
    office.children = 2
    office.check()


def test_what_was_counted_wrong_is_emptied_and_packed_anew(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    request_id, first = approved(office, family), people[0]
    counted = FORM | {"scan_0_0": "GC000001", "scan_0_0_last": "GC000003"}
    first.send(f"/parcels/pack/{request_id}/count", counted)
    assert 'action="/parcels/1/discard"' in first.open("/parcels/1").text
    page = first.send("/parcels/1/discard")
    assert f"/parcels/pack/{request_id}" in page.text
    assert staff.count(AlternativeParcel, state="discarded") == 1
    assert staff.count(AlternativeItem, state="approved") == 1
    assert first.post("/parcels/1/discard", {"form_key": "again"}).status_code == 422


def test_where_no_address_may_be_used_the_ward_hands_the_parcel_over(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    office.receive()
    parcel = f"/parcels/{office.packed(family, 1)[1]}"
    with staff.database.write() as session:
        session.get_one(Household, family.household_id).counter = True
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert f'action="{parcel}/hand-over"' in ward.open(parcel).text
    assert people[0].post(f"{parcel}/hand-over").status_code == 403
    assert "窓口でのお渡しを記録しました" in ward.send(f"{parcel}/hand-over").text
    assert staff.count(AlternativeItem, state="delivered") == 1


def test_over_the_insurance_it_is_split_or_sent_registered(
    office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    request_id = approved(office, family, 1, 2)
    first = people[0]
    page = first.open(f"/parcels/pack/{request_id}").text
    assert 'name="child_1" value="1" checked' in page
    assert 'name="child_2" value="1" checked' not in page  # two children are over ¥50,000
    both = FORM | {"child_2": "1", "scan_0_0": "GC000001", "scan_0_0_last": "GC000006"}
    page = first.post(f"/parcels/pack/{request_id}/count", both).text
    assert "分けて送るか、一般書留" in page
    first.send(f"/parcels/pack/{request_id}/count", both | {"mail_class": "registered"})
    with office.database.read() as session:
        assert session.get_one(AlternativeParcel, 1).amount_yen == 60_000


def test_what_came_back_is_sent_again_and_then_restocked(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    _request, parcel_id = _packed(office, family)
    desk, parcel = people[0], f"/parcels/{parcel_id}"
    form = {"mail_class": "simple_registered", "posted_on": "2023-08-01"}
    back = {"returned_on": "2023-08-01", "reason": "storage_ended"}
    desk.open(parcel)
    for number in range(3):
        assert desk.post(parcel + "/restock", {"form_key": f"early-{number}"}).status_code == 422
        desk.send(parcel + "/post", form | {"tracking_no": tracking_no(number)})
        assert desk.post(parcel + "/come-back", back | {"reason": ""}).status_code == 422
        desk.send(parcel + "/come-back", back | {"form_key": f"back-{number}"})
    assert "2回まで" in desk.post(parcel + "/post", form | {"tracking_no": tracking_no(9)}).text
    desk.send(parcel + "/restock")
    assert staff.count(AlternativeItem, state="restocked") == 1
    assert "小包 " not in desk.open("/parcels?stage=returned").text.split("<h2")[1]


def _packed(office: Paper, family: Person) -> tuple[int, int]:
    request_id = approved(office, family)
    return request_id, office.pack(request_id)


def test_a_protected_households_parcel_is_not_there_for_the_contractor(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    request_id, parcel_id = _packed(office, family)
    with staff.database.write() as session:
        session.get_one(Household, family.household_id).protected = True
    desk, ward = people[0], staff.enter_as(Role.WARD_OFFICER)
    assert desk.get(f"/parcels/{parcel_id}").status_code == 404
    assert desk.get(f"/parcels/pack/{request_id}").status_code == 404
    assert "小包 1" not in desk.open("/parcels?stage=to_post").text
    assert "小包 1" in ward.open("/parcels?stage=to_post").text
    assert ward.get(f"/parcels/{parcel_id}").status_code == 200


def test_a_double_click_packs_once(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    request_id = approved(office, family)
    first = people[0]
    first.open(f"/parcels/pack/{request_id}")
    form = FORM | {"scan_0_0": "GC000001", "scan_0_0_last": "GC000003", "form_key": "same"}
    answers = [first.post(f"/parcels/pack/{request_id}/count", form).status_code for _ in range(2)]
    assert answers[0] == 303
    assert staff.count(AlternativeParcel) == 1


def test_stock_comes_in_and_is_counted_by_two(
    staff: StaffSite, people: tuple[Visitor, Visitor]
) -> None:
    first, second = people
    first.open("/stock")
    note = {
        "product": "gift_card",
        "first": "GC000001",
        "last": "GC000010",
        "delivery_note": "N-77",
    }
    assert first.post("/stock/receive", note | {"delivery_note": ""}).status_code == 422
    assert "N-77" in first.send("/stock/receive", note).text
    assert "もう登録されています" in first.post("/stock/receive", note | {"form_key": "again"}).text
    count = {
        "product": "gift_card",
        "counted": "8",
        "missing": "GC000004 GC000005",
        "reason": "配達のとき不足",
    }
    assert first.post("/stock/count", count | {"missing": "GC000004"}).status_code == 422
    page = first.send("/stock/count", count)
    assert "あなたが数えました" in page.text
    assert "GC000004" in page.text
    page = second.open("/stock")
    assert "あなたが数え終わるまで表示しません" in page.text
    page = second.open("/stock/counts/1")
    for shown in (second.open("/stock").text, page.text):
        assert "GC000004" not in shown
        assert "配達のとき不足" not in shown
        assert "8 / 10" not in shown
    again = count | {"reason": "数えなおした"}
    assert first.post("/stock/counts/1/again", again).status_code == 422
    refused = second.post("/stock/counts/1/again", again | {"counted": "x"})
    assert refused.status_code == 422
    assert second.post("/stock/counts/1/settle", {"answer": "agree"}).status_code == 422
    page = second.send("/stock/counts/1/again", again)
    assert "棚卸しを記録しました" in page.text
    assert "合いません" not in page.text
    assert second.get("/stock/counts/1").status_code == 404


def test_counts_that_differ_are_shown_to_both_and_settled(
    staff: StaffSite, people: tuple[Visitor, Visitor]
) -> None:
    first, second = people
    note = {"product": "gift_card", "first": "GC000001", "last": "GC000010", "delivery_note": "N-7"}
    first.open("/stock")
    first.send("/stock/receive", note)
    first.send(
        "/stock/count",
        {"product": "gift_card", "counted": "9", "missing": "GC000004", "reason": "なかった"},
    )
    second.open("/stock/counts/1")
    page = second.send("/stock/counts/1/again", {"counted": "10"})
    assert "1人目の数と合いません" in page.text
    for visitor in (first, second):
        page = visitor.open("/stock")
        assert "9 / 10" in page.text
        assert "10 / 10" in page.text
    assert page.text.count("この数に合わせる") == 1  # each may take over the other's count alone
    first.open("/stock")
    page = first.send("/stock/counts/2/settle", {"answer": "agree"})
    assert "棚卸しを記録しました" in page.text
    assert "二人の数が合いません" not in page.text


def test_agents_and_auditors_pack_nothing(sqlite_staff: StaffSite) -> None:
    for role in (Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR):
        visitor = sqlite_staff.enter_as(role)
        assert visitor.get("/parcels").status_code == 403
        assert visitor.get("/stock").status_code == 403


def test_the_review_page_says_what_accepting_does(
    staff: StaffSite, office: Paper, family: Person
) -> None:
    request_id = office.ask(family, 1, 2)
    desk = staff.enter_as(Role.OFFICER)
    desk.open(f"/reviews/{request_id}")
    page = desk.send(f"/reviews/{request_id}/claim").text
    assert "こども2人、60,000円を、紙の代替品で送ります。" in page
    assert "入荷まで在庫待ちになります" in page
    assert "ギフトカード" in page


def test_a_lost_parcel_is_found_replaced_or_given_up_on_its_page(
    staff: StaffSite, office: Paper, family: Person, people: tuple[Visitor, Visitor]
) -> None:
    request_id, parcel_id = _packed(office, family)
    desk, parcel = people[0], f"/parcels/{parcel_id}"
    form = {
        "mail_class": "simple_registered",
        "posted_on": "2023-08-01",
        "tracking_no": tracking_no(1),
    }
    desk.open(parcel)
    desk.send(parcel + "/post", form)
    assert "調査を記録しました" in desk.send(parcel + "/lose", {"form_key": "1"}).text
    assert "新しい券で送りなおす" in desk.open(parcel).text
    assert "郵便局が調査中" in desk.open("/parcels?stage=lost").text
    assert "配達中にもどりました" in desk.send(parcel + "/find", {"form_key": "2"}).text
    assert desk.post(parcel + "/resend", {"form_key": "3"}).status_code == 422
    desk.send(parcel + "/lose", {"form_key": "4"})
    answers = [desk.post(parcel + "/resend", {"form_key": "once"}).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(staff.events("alternative.resend")) == 1
    assert "新しい券で送りなおす" not in desk.open(parcel).text
    assert f"/parcels/pack/{request_id}" in desk.open("/parcels").text
    page = desk.post(parcel + "/write-off", {"form_key": "5"})
    assert page.status_code == 422
    assert "もう決まっているかもしれません" in page.text


def test_agents_decide_nothing_about_a_lost_parcel(
    office: Paper, family: Person, staff: StaffSite
) -> None:
    _request, parcel_id = _packed(office, family)
    agent = staff.enter_as(Role.AGENT)
    for action in ("find", "resend", "write-off"):
        assert agent.post(f"/parcels/{parcel_id}/{action}").status_code == 403
