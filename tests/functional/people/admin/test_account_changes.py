"""The ward is shown which accounts came, changed and went: on a page, and every month."""

from datetime import timedelta

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.oversight.reports.account_changes import account_changes_table
from portal.domain.oversight.reports.calls import report as calls
from portal.domain.oversight.reports.mail import delivery
from portal.domain.oversight.reports.monthly.due import first_of, month_before
from portal.domain.people.staff import services
from tests.support.staff import StaffSite
from tests.support.work import work_in


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR])
def test_the_ward_sees_who_made_an_account_and_can_change_none(
    staff: StaffSite, role: Role
) -> None:
    admin, ward = staff.hire(Role.ADMINISTRATOR), staff.hire(Role.WARD_OFFICER)
    with staff.database.write() as session:
        first = Actor(Role.ADMINISTRATOR, admin.id, Organization.CONTRACTOR).by_command("taro")
        services.add_staff(
            work_in(session, first, now=staff.now),
            services.Profile("new", "新 しい人", Organization.WARD, Role.WARD_OFFICER),
            second=Actor(Role.WARD_OFFICER, ward.id, Organization.WARD),
        )
    visitor = staff.enter_as(role)
    page = visitor.open("/staff").text
    changes = page[page.index('id="changes"') :]
    for said in ("新 しい人", f"職員 {admin.login}、職員 {ward.login}", "taro", "追加"):
        assert said in changes
    assert "/deactivate" not in page
    assert visitor.post(f"/staff/{admin.id}/deactivate").status_code == 403


def test_the_page_says_what_was_done_without_anybody(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    with staff.database.write() as session:
        services.deactivate(work_in(session, now=staff.now), colleague.id)
    page = staff.enter_as(Role.WARD_OFFICER).open("/staff").text
    changes = page[page.index('id="changes"') :]
    assert changes.index("停止") < changes.rindex("追加")
    assert "システム" in changes


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AGENT])
def test_nobody_else_sees_the_accounts(staff: StaffSite, role: Role) -> None:
    assert staff.enter_as(role).get("/staff").status_code == 403


def test_both_monthly_reports_have_the_changes_of_their_month_alone(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    month = first_of(jst_date(staff.now))
    with staff.database.write() as session:
        later = work_in(session, now=staff.now + timedelta(days=40))
        services.unlock(later, services.find_staff(session, colleague.login))
    with staff.database.read() as session:
        work = work_in(session, now=staff.now)
        for build in (calls.build, delivery.build):
            titles = [table.title for table in build(work, month).report.tables]
            assert "職員のアカウントの変更（名前は、画面「職員」にあります）" in titles
        (row,) = account_changes_table(work, month).rows
        assert row[1:] == ("再委託先", "オペレーター", "追加", "システム")
        assert account_changes_table(work, month_before(month)).rows == []
