"""Five wrong tries close a family to callers; a supervisor lifts that once a day, with a reason."""

from datetime import timedelta

import pytest

from portal.domain.contacts.calls.models import VerificationRelease
from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from tests.functional.desk.call_desk.support import Agent, agent, main_of, words
from tests.functional.desk.call_desk.test_verification import WRONG
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

NOT_CLOSED = "この世帯は、きょうは止まっていません"


def closed(staff: StaffSite, role: Role = Role.AGENT, tries: int = 5) -> tuple[int, Agent]:
    """A family that wrong tries closed, and who typed them."""
    household = staff.add_household().household_id
    one = agent(staff, role).begin()
    for _ in range(tries):
        assert one.verify(household, **WRONG) == 422
    return household, one


def lift(visitor: Visitor, household: int, reason: str = "stranger", key: str = "k") -> int:
    """Lift the closure; return the status."""
    visitor.open("/closed-callers")
    form = {f"reason-{household}": reason, "form_key": key}
    return visitor.post(f"/closed-callers/{household}/lift", form).status_code


def test_the_right_answers_count_again_after_a_supervisor_lifted_it(staff: StaffSite) -> None:
    household, one = closed(staff)
    assert one.verify(household) == 422, "even the right answers"
    lead = staff.enter_as(Role.SUPERVISOR)
    assert f"世帯 {household}" in words(lead.open("/closed-callers").text)
    assert lift(lead, household, "") == 422
    assert one.verify(household) == 422
    assert lift(lead, household) == 303
    assert "きょう止まっている世帯はありません" in lead.open("/closed-callers").text
    assert one.verify(household) == 303
    assert staff.count(VerificationRelease, reason="stranger") == 1


def test_it_is_lifted_once_a_day(staff: StaffSite) -> None:
    household, one = closed(staff)
    lead = staff.enter_as(Role.SUPERVISOR)
    assert lift(lead, household) == 303
    for _ in range(5):
        assert one.verify(household, **WRONG) == 422
    assert "もう一度解いています" in lead.open("/closed-callers").text
    assert lift(lead, household, key="again") == 422
    assert one.verify(household) == 422
    staff.clock.instant += timedelta(days=1)
    tomorrow = agent(staff).begin()
    assert tomorrow.verify(household) == 303


def test_whoever_made_a_try_does_not_lift_it(staff: StaffSite) -> None:
    household, one = closed(staff, Role.SUPERVISOR)
    assert lift(one.visitor, household) == 422
    assert lift(staff.enter_as(Role.SUPERVISOR), household) == 303


@pytest.mark.parametrize("tries", [0, 4])
def test_what_is_not_closed_cannot_be_lifted(sqlite_staff: StaffSite, tries: int) -> None:
    household, _one = closed(sqlite_staff, tries=tries)
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    assert lift(lead, household) == 422
    assert lead.page is not None
    assert NOT_CLOSED in lead.page.text


def test_a_protected_family_is_lifted_by_the_ward_alone_and_absent_for_others(
    staff: StaffSite,
) -> None:
    household, _one = closed(staff)
    with staff.database.write() as session:
        session.get_one(Household, household).protected = True
    lead, ward = staff.enter_as(Role.SUPERVISOR), staff.enter_as(Role.WARD_OFFICER)
    assert "きょう止まっている世帯はありません" in lead.open("/closed-callers").text
    answers = []
    for key in (household, 987_654):
        assert lift(lead, key) == 422
        assert lead.page is not None
        answers.append(main_of(lead.page.text))
    assert answers[0] == answers[1]
    assert NOT_CLOSED in answers[0]
    assert f"世帯 {household}" in words(ward.open("/closed-callers").text)
    assert lift(ward, household) == 303


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.AUDITOR])
def test_nobody_else_may(sqlite_staff: StaffSite, role: Role) -> None:
    household, _one = closed(sqlite_staff)
    visitor = sqlite_staff.enter_as(role)
    visitor.open("/")
    form = {f"reason-{household}": "stranger", "form_key": "k"}
    assert visitor.post(f"/closed-callers/{household}/lift", form).status_code == 403
    assert sqlite_staff.count(VerificationRelease) == 0
