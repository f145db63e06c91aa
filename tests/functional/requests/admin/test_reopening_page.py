"""A decision is taken back on the request's page, with a reason, before anybody read it."""

from portal.domain.foundation.actors import Role
from portal.domain.requests.reopening import ReopenReason
from tests.functional.requests.admin.reviewing import decide, families, inbox, take
from tests.support.requests.desk import field
from tests.support.staff import StaffSite

WHY = ReopenReason.WRONG_CHOICE


def test_a_refusal_is_taken_back_with_a_reason_and_once(staff: StaffSite) -> None:
    row, box = inbox(staff).decline(families(staff, 1)[0]), inbox(staff)
    desk = staff.enter_as(Role.OFFICER)
    decide(desk, row, take(desk, row), "refuse", reason="other", text="窓口に来てください。")
    assert box.fresh(row).state == "closed"
    page = take(desk, row)
    assert WHY.label in page
    form = {"form_key": field(page, "form_key")}
    refused = desk.post(f"/reviews/{row.id}/reopen", form)
    assert refused.status_code == 422
    assert box.fresh(row).state == "closed"
    page = desk.send(f"/reviews/{row.id}/reopen", form | {"why": WHY.value}).text
    assert box.fresh(row).state == "waiting"
    assert WHY.label not in page
    again = desk.post(f"/reviews/{row.id}/reopen", {"form_key": "again", "why": WHY.value})
    assert again.status_code in {409, 422}
    assert box.fresh(row).state == "waiting"


def test_who_may_not_decide_takes_nothing_back(staff: StaffSite) -> None:
    row, box = inbox(staff).decline(families(staff, 1)[0]), inbox(staff)
    desk = staff.enter_as(Role.OFFICER)
    decide(desk, row, take(desk, row), "refuse", reason="other", text="窓口に来てください。")
    for role in (Role.AGENT, Role.SUPERVISOR, Role.AUDITOR):
        visitor = staff.enter_as(role)
        sent = visitor.post(f"/reviews/{row.id}/reopen", {"form_key": role, "why": WHY.value})
        assert sent.status_code == 403, role
    assert box.fresh(row).state == "closed"
