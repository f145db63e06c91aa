"""A household reports a refused coupon and reads the result and the company's answer plainly."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.coupons import stopping
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.models import Coupon
from portal.web.coupons.issuer_words import issuer_sentence, state_words
from tests.faults.test_parallel import all_at_once
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

FORM = {
    "said": "not_read",
    "shop": "汐見マート",
    "era": "令和",
    "year": "5",
    "month": "7",
    "day": "31",
    "words": "レジで断られた",
    "form_key": "f",
}


def with_coupon(resident: Resident) -> tuple[Person, Visitor]:
    """A household whose first child's code was shown."""
    person = resident.add(active=True)
    resident.give_coupons()
    visitor = resident.enter(person)
    visitor.open("/home")
    visitor.send("/coupon/1/reveal", {"form_key": "r"})
    assert visitor.place == "/coupon/1"
    return person, visitor


def only_case(resident: Resident) -> CouponFault:
    with resident.database.read() as session:
        row = session.scalars(select(CouponFault)).one()
        session.expunge(row)
        return row


def test_the_whole_way_from_the_coupon_to_the_receipt(resident: Resident) -> None:
    person, visitor = with_coupon(resident)
    assert 'href="/coupon/1/trouble"' in visitor.open("/coupon/1").text
    visitor.open("/coupon/1/trouble")
    page = visitor.send("/coupon/1/trouble/submit", FORM).text
    row = only_case(resident)
    assert visitor.place == f"/coupon/trouble/{row.receipt_no}"
    assert row.receipt_no in page
    assert "クーポンの会社に聞きます" in page
    assert (row.household_id, row.source, row.said, row.shop_on) == (
        person.household_id,
        "resident",
        "not_read",
        date(2023, 7, 31),
    )
    home = visitor.open("/home").text
    assert f"/coupon/trouble/{row.receipt_no}" in home
    visitor.open("/coupon/1/trouble")
    assert visitor.place == f"/coupon/trouble/{row.receipt_no}", (
        "an open case is shown instead of the form"
    )


def test_what_helps_at_once_comes_before_a_case(resident: Resident) -> None:
    _person, visitor = with_coupon(resident)
    first = visitor.open("/coupon/1/trouble").text
    order = [
        "お店に見せる画面か",
        "画面を明るくする",
        "ページを開きなおす",
        "使えるお店か",
        "期限が過ぎていないか",
    ]
    assert sorted(order, key=first.index) == order
    assert "2023年12月31日まで" in first
    assert "まだわかりません" in first, "what the company reported about it"
    assert 'name="said"' not in first
    assert 'href="/coupon/1/trouble/report"' in first
    assert resident.count(CouponFault) == 0
    assert 'name="said"' in visitor.open("/coupon/1/trouble/report").text


def test_fifty_equal_posts_are_one_case_and_one_receipt(resident: Resident) -> None:
    _person, visitor = with_coupon(resident)
    visitor.open("/coupon/1/trouble")
    answers = all_at_once([visitor] * 50, "/coupon/1/trouble/submit", [FORM] * 50)
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert resident.count(CouponFault) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"said": ""}, "ひとつ選んで"),
        ({"day": "きのう"}, "数字で入力してください"),
        ({"day": "40"}, "カレンダーにありません"),
        ({"era": "", "year": "2023", "month": "8", "day": "2"}, "今日かそれより前"),
        ({"words": "あ" * 501}, "500文字まで"),
    ],
)
def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    sqlite_resident: Resident, changed: dict[str, str], said: str
) -> None:
    _person, visitor = with_coupon(sqlite_resident)
    visitor.open("/coupon/1/trouble")
    answer = visitor.post("/coupon/1/trouble/submit", FORM | changed)
    assert answer.status_code == 422
    for expected in (said, 'id="error-summary"', "汐見マート"):
        assert expected in answer.text
    assert sqlite_resident.count(CouponFault) == 0


def test_a_coupon_code_in_the_words_is_not_kept(sqlite_resident: Resident) -> None:
    _person, visitor = with_coupon(sqlite_resident)
    page = visitor.open("/coupon/1").text
    (number,) = re.findall(r'class="number"><span aria-hidden="true">([^<]+)<', page)
    visitor.open("/coupon/1/trouble")
    answer = visitor.post("/coupon/1/trouble/submit", FORM | {"words": f"番号は {number} です"})
    assert answer.status_code == 422
    assert "書かないでください" in answer.text
    assert sqlite_resident.count(CouponFault) == 0


def test_a_code_that_was_never_shown_has_no_such_page(sqlite_resident: Resident) -> None:
    _person, visitor = with_coupon(sqlite_resident)
    visitor.open("/coupon/2/trouble")
    assert visitor.place == "/home"
    assert visitor.post("/coupon/2/trouble/submit", FORM).status_code in {303, 422}
    assert sqlite_resident.count(CouponFault) == 0
    assert visitor.get("/coupon/9/trouble").status_code == 404


def test_another_households_receipt_is_not_found(sqlite_resident: Resident) -> None:
    _person, visitor = with_coupon(sqlite_resident)
    visitor.open("/coupon/1/trouble")
    visitor.send("/coupon/1/trouble/submit", FORM)
    row = only_case(sqlite_resident)
    stranger = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert stranger.get(f"/coupon/trouble/{row.receipt_no}").status_code == 404
    assert sqlite_resident.visitor().get(f"/coupon/trouble/{row.receipt_no}").status_code == 303


@pytest.mark.parametrize(
    ("status", "used", "words"),
    [
        (None, 0, "まだわかりません"),
        ("unused", 0, "2023年7月31日の時点: まだ使っていません"),
        ("part_used", 12_000, "12,000円を使いました。残りは18,000円です"),
        ("exchanged", 30_000, "全部を受け取りました"),
        ("expired", 0, "期限が過ぎました"),
        ("expired", 500, "残りは29,500円"),
        ("stopped", 0, "止められています"),
    ],
)
def test_the_companys_word_with_its_day_on_home_and_coupon(
    sqlite_resident: Resident, status: str | None, used: int, words: str
) -> None:
    _person, visitor = with_coupon(sqlite_resident)
    with sqlite_resident.database.write() as session:
        coupon = session.scalars(select(Coupon).where(Coupon.state == "revealed")).one()
        coupon.issuer_status, coupon.used_yen = status, used
        coupon.issuer_as_of = date(2023, 7, 31) if status else None
    for path in ("/home", "/coupon/1"):
        assert words in visitor.open(path).text


def test_a_stopped_code_and_the_new_one_are_told(resident: Resident) -> None:
    _person, visitor = with_coupon(resident)
    with resident.database.write() as session:
        entitlement = session.scalars(
            select(Coupon.entitlement_id).where(Coupon.state == "revealed")
        ).one()
        assert entitlement is not None
        stopping.begin_stop(work_in(session, now=resident.now), entitlement, reason="test")
    assert "前のクーポンは、止めました" in visitor.open("/home").text
    with resident.database.write() as session:
        assign_replacement(work_in(session, now=resident.now), entitlement)
    assert "前のクーポンは、止めました" not in visitor.open("/home").text


def test_before_a_coupon_was_shown_nothing_is_said() -> None:
    assert issuer_sentence(None, "in_progress") == ""
    assert (
        issuer_sentence(Coupon(state="assigned", face_yen=30_000, used_yen=0), "in_progress") == ""
    )


@pytest.mark.parametrize(
    "state", ["reported", "looked_up", "stopping", "no_code", "replaced", "explained", "refused"]
)
def test_every_state_of_a_case_has_words(state: str) -> None:
    assert state_words(CouponFault(state=state))[1]
