"""The ward's dated "none".

Proposed on the roster's page, confirmed by another person, and nothing goes on before.
"""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import (
    ProtectionSource,
    protection_loaded,
    record_protection,
)
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite
from tests.support.work import work_in

PLACE = "/roster/protection"


def loaded(staff: StaffSite) -> bool:
    with staff.database.read() as session:
        return protection_loaded(session)


def propose(visitor: Visitor, day: str = "令和5年7月3日", **typed: str) -> int:
    visitor.open(PLACE)
    return visitor.post(f"{PLACE}/propose", {"day": day, "form_key": "p"} | typed).status_code


def waiting(staff: StaffSite) -> int:
    with staff.database.read() as session:
        return session.query(Approval.id).filter_by(state="proposed").scalar() or 0


def confirm(staff: StaffSite, colleague: Colleague, number: int, key: str = "c") -> int:
    visitor = staff.enter(colleague)
    visitor.open(PLACE)
    form = {"code": colleague.code(staff.now), "proposal": str(number), "form_key": key}
    return visitor.post(f"{PLACE}/confirm", form).status_code


def test_an_officer_proposes_by_the_wards_document_and_the_ward_confirms(staff: StaffSite) -> None:
    officer, ward = staff.hire(Role.OFFICER), staff.hire(Role.WARD_OFFICER)
    visitor = staff.enter(officer)
    page = visitor.open("/roster").text
    assert "まだわかりません" in page
    assert "割り当て" in page
    assert "クーポンの割り当て" in visitor.open(PLACE).text
    assert [propose(visitor) for _ in range(2)] == [303, 303]
    assert staff.count(Approval) == 1
    assert "あなたの提案です" in visitor.open(PLACE).text
    assert "対象者なし" in staff.enter(ward).open("/").text
    assert confirm(staff, officer, waiting(staff)) == 403
    assert not loaded(staff)
    number = waiting(staff)
    assert confirm(staff, ward, number) == 303
    assert loaded(staff)
    page = visitor.open(PLACE).text
    assert "2023-07-03 現在、対象者なし" in page
    assert "次のことはできません" not in page
    assert "2023-07-03 現在、対象者なし" in visitor.open("/roster").text


def test_two_officers_need_the_wards_written_instruction(staff: StaffSite) -> None:
    first, second = staff.hire(Role.OFFICER), staff.hire(Role.OFFICER)
    visitor = staff.enter(first)
    propose(visitor)
    assert confirm(staff, second, waiting(staff), "1") == 403
    visitor.open(PLACE)
    visitor.post(f"{PLACE}/refuse", {"proposal": str(waiting(staff))})
    assert propose(visitor, instruction_no="児発第9号", form_key="2") == 422
    order = {"instruction_no": "児発第9号", "instruction_date": "2023-07-02"}
    assert propose(visitor, form_key="3", **order) == 303
    staff.clock.advance(seconds=30)
    assert (
        confirm(staff, second, waiting(staff), "4") == 403
    )  # a number that two people of the contractor typed
    visitor.open(PLACE)
    visitor.post(f"{PLACE}/refuse", {"proposal": str(waiting(staff)), "form_key": "5"})
    typed = {"day": "令和5年7月3日", "form_key": "6"} | order
    files = {"instruction_scan": ("order.png", picture(), "image/png")}
    visitor.open(PLACE)
    assert post_looked_at(visitor, f"{PLACE}/propose", typed, files).status_code == 303
    assert "/scans/" in staff.enter(second).open(PLACE).text
    staff.clock.advance(seconds=30)
    assert confirm(staff, second, waiting(staff), "7") == 303
    assert loaded(staff)


def test_a_confirmation_without_the_code_changes_nothing(sqlite_staff: StaffSite) -> None:
    propose(sqlite_staff.enter_as(Role.OFFICER))
    visitor = sqlite_staff.enter_as(Role.WARD_OFFICER)
    visitor.open(PLACE)
    form = {"code": "", "proposal": str(waiting(sqlite_staff))}
    assert visitor.post(f"{PLACE}/confirm", form).status_code == 422
    assert not loaded(sqlite_staff)


@pytest.mark.parametrize(
    ("day", "said"),
    [("", "確かめた日は"), ("きのう", "確かめた日は"), ("2099-01-01", "きょうまで")],
)
def test_a_day_that_is_none_or_still_to_come_is_refused(
    sqlite_staff: StaffSite, day: str, said: str
) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    assert propose(visitor, day) == 422
    assert visitor.page is not None
    assert said in visitor.page.text
    assert sqlite_staff.count(Approval) == 0


def test_none_cannot_be_said_while_a_household_is_protected(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household(protected=True)
    assert propose(sqlite_staff.enter_as(Role.WARD_OFFICER)) == 409
    with sqlite_staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = False
    ward = sqlite_staff.hire(Role.WARD_OFFICER)
    propose(sqlite_staff.enter_as(Role.OFFICER))
    with sqlite_staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert confirm(sqlite_staff, ward, waiting(sqlite_staff)) == 409
    assert not loaded(sqlite_staff)


def test_a_second_proposal_waits_for_the_first(sqlite_staff: StaffSite) -> None:
    propose(sqlite_staff.enter_as(Role.OFFICER))
    other = sqlite_staff.enter_as(Role.WARD_OFFICER)
    other.open(PLACE)
    answer = other.post(f"{PLACE}/propose", {"day": "2023-07-01", "form_key": "z"})
    assert answer.status_code == 409
    assert "もう承認を待っています" in answer.text


def test_what_changed_meanwhile_is_not_confirmed_unseen(sqlite_staff: StaffSite) -> None:
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.hire(Role.WARD_OFFICER)
    propose(officer)
    seen = waiting(sqlite_staff)
    officer.open(PLACE)
    officer.post(f"{PLACE}/refuse", {"proposal": str(seen)})
    propose(officer, "2023-06-30", form_key="new")
    assert confirm(sqlite_staff, ward, seen) == 409
    assert not loaded(sqlite_staff)


def test_a_turned_down_proposal_leaves_everything_blocked(sqlite_staff: StaffSite) -> None:
    propose(sqlite_staff.enter_as(Role.OFFICER))
    visitor = sqlite_staff.enter_as(Role.WARD_OFFICER)
    visitor.open(PLACE)
    visitor.send(f"{PLACE}/refuse", {"proposal": str(waiting(sqlite_staff))})
    assert sqlite_staff.count(Approval, state="refused") == 1
    assert visitor.page is not None
    assert "提案を戻しました" in visitor.page.text
    assert "次のことはできません" in visitor.page.text


@pytest.mark.parametrize(
    ("source", "said"),
    [(ProtectionSource.EXTRACT, "抽出ファイルの列"), (ProtectionSource.LIST, "区の一覧")],
)
def test_the_roster_says_where_protection_came_from(
    sqlite_staff: StaffSite, source: ProtectionSource, said: str
) -> None:
    with sqlite_staff.database.write() as session:
        record_protection(work_in(session, now=sqlite_staff.now), source)
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    for place in ("/roster", PLACE):
        assert said in visitor.open(place).text
    assert "propose" not in visitor.open(PLACE).text
