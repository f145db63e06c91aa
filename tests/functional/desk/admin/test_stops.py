"""The stop desk: an issuer's answer moves the request that asked.

Its list runs nothing in a spreadsheet.
"""

import csv
import io

import pytest

from portal.domain.desk.casework.stops import StopRow, as_csv
from portal.domain.foundation.actors import Role
from portal.domain.people.coupons import services as coupons
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from tests.functional.requests.admin.reviewing import decide, families, inbox, take
from tests.support.people import Person
from tests.support.requests.desk import Inbox
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in


def accepted(
    staff: StaffSite, box: Inbox, person: Person, kind: str = "decline"
) -> tuple[Request, int]:
    """A request for a child whose code was shown, accepted: its code waits for the issuer."""
    coupon_id = box.reveal(person)
    row = box.decline(person, (1,)) if kind == "decline" else box.alternative(person)
    desk = staff.enter_as(Role.OFFICER)
    decide(desk, row, take(desk, row), "accept")
    assert box.coupon_state(coupon_id) == "stop_requested"
    return row, coupon_id


def answer(desk: Visitor, coupon_id: int, said: str, key: str = "k") -> int:
    desk.open("/stops")
    return desk.post(f"/stops/{coupon_id}/answer", {"answer": said, "form_key": key}).status_code


@pytest.mark.parametrize(
    ("kind", "state", "result"),
    [
        ("decline", "closed", "accepted"),
        ("alternative", "in_progress", None),
    ],
)
def test_a_confirmed_stop_takes_the_request_on_in_the_same_moment(
    staff: StaffSite, kind: str, state: str, result: str | None
) -> None:
    box = inbox(staff)
    row, coupon_id = accepted(staff, box, families(staff, 1)[0], kind)
    desk = staff.enter_as(Role.OFFICER)
    page = desk.open("/stops").text
    assert f'action="/stops/{coupon_id}/answer"' in page
    assert [answer(desk, coupon_id, "stopped") for _time in range(3)] == [303, 303, 303]
    assert "停止を記録しました" in desk.follow(desk.get("/stops?said=stopped")).text
    assert "停止を待つコードはありません" in desk.open("/stops").text
    assert box.coupon_state(coupon_id) == "voided"
    assert (box.fresh(row).state, box.fresh(row).result) == (state, result)
    assert len(staff.events("coupon.confirm_stop")) == 1


@pytest.mark.parametrize("kind", ["decline", "alternative"])
def test_a_spent_code_ends_the_request_and_is_shown_again(staff: StaffSite, kind: str) -> None:
    box = inbox(staff)
    row, coupon_id = accepted(staff, box, families(staff, 1)[0], kind)
    desk = staff.enter_as(Role.OFFICER)
    assert answer(desk, coupon_id, "spent") == 303
    assert (box.fresh(row).state, box.fresh(row).result) == ("closed", "refused")
    assert box.coupon_state(coupon_id) == "revealed"


def test_a_second_answer_is_refused_in_words(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    _row, coupon_id = accepted(sqlite_staff, box, families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    assert answer(desk, coupon_id, "stopped", "a") == 303
    assert answer(desk, coupon_id, "spent", "b") == 409
    assert box.coupon_state(coupon_id) == "voided"


@pytest.mark.parametrize("said", ["", "perhaps"])
def test_an_answer_that_is_none_changes_nothing(sqlite_staff: StaffSite, said: str) -> None:
    box = inbox(sqlite_staff)
    _row, coupon_id = accepted(sqlite_staff, box, families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    assert answer(desk, coupon_id, said) == 422
    assert desk.page is not None
    assert "発行者の答えを選んでください" in desk.page.text
    assert answer(desk, coupon_id + 500, "stopped") == 404
    assert box.coupon_state(coupon_id) == "stop_requested"


def test_stops_of_protected_households_are_the_wards_alone(staff: StaffSite) -> None:
    box = inbox(staff)
    person = families(staff, 1)[0]
    _row, coupon_id = accepted(staff, box, person)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    desk, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "停止を待つコードはありません" in desk.open("/stops").text
    assert "SBX" not in desk.post("/stops/list").text
    assert answer(desk, coupon_id, "stopped") == 404
    assert box.coupon_state(coupon_id) == "stop_requested"
    assert answer(ward, coupon_id, "stopped") == 303


def test_the_list_for_the_issuer_holds_management_numbers_and_no_code(
    sqlite_staff: StaffSite,
) -> None:
    box = inbox(sqlite_staff)
    _row, coupon_id = accepted(sqlite_staff, box, families(sqlite_staff, 1)[0])
    desk = sqlite_staff.enter_as(Role.OFFICER)
    page = desk.open("/stops").text
    file = desk.post("/stops/list")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0] == ["management_no", "face_yen"]
    assert rows[1][1] == "30000"
    assert f">{rows[1][0]}</th>" in page
    assert file.headers["content-disposition"] == 'attachment; filename="stop-list.csv"'
    assert [event.detail for event in sqlite_staff.events("coupon.stop_list")] == [{"count": 1}]
    with sqlite_staff.database.write() as session:
        coupons.confirm_stop(work_in(session, now=sqlite_staff.now), coupon_id)
    assert len(desk.post("/stops/list").content.decode("utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize("number", ["=1+1", "+81", "-2", "@SUM(A1)", "\tx", '=HYPERLINK("x")'])
@pytest.mark.asvs("1.3.3")
def test_a_number_that_looks_like_a_formula_is_text(sqlite_staff: StaffSite, number: str) -> None:
    row = StopRow(1, "p", "manual", number, 30_000, sqlite_staff.now, None, None, 1)
    cells = list(csv.reader(io.StringIO(as_csv([row]).decode("utf-8-sig"))))[1]
    assert cells == ["'" + number, "30000"]
