"""今日の速報: children and yen by state and the last four weeks, as charts, tables and files."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.status.daily import today_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class TodayView(View, frozen=True):
    """What ``admin/desk/today.html`` shows."""

    report: Report


def show(page: Page) -> Response[Any]:
    """Show the page."""
    return page.render("admin/desk/today.html", TodayView(report=today_report(page.work)))


def take_file(page: Page) -> Response[Any]:
    """Send the page as PDF or as a workbook."""
    report = today_report(page.work)
    as_paper = page.path.endswith("/pdf")
    body = as_pdf(report, page.now) if as_paper else as_xlsx(report)
    name = "today.pdf" if as_paper else "today.xlsx"
    record(page.work, "report.taken", "report", name=name)
    return page.download(name, body)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_TOTALS
    return [
        staff_route("GET", "/today", show, see),
        staff_route("POST", "/today/pdf", take_file, see),
        staff_route("POST", "/today/xlsx", take_file, see),
    ]
