"""Reports to the ward: read on the page, or downloaded as PDF or xlsx."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.status.declines import decline_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ReportView(View):
    """What ``admin/oversight/report.html`` shows."""

    report: Report
    name: str


def show_declines(page: Page) -> Response[Any]:
    """Show the report of declines."""
    report = decline_report(page.work)
    return page.render(
        "admin/oversight/reports/report.html", ReportView(report=report, name="declines")
    )


def declines_pdf(page: Page) -> Response[Any]:
    """Send the report of declines as PDF."""
    body = as_pdf(decline_report(page.work), page.now)
    return _file(page, body, "application/pdf", "declines.pdf")


def declines_xlsx(page: Page) -> Response[Any]:
    """Send the report of declines as a workbook."""
    body = as_xlsx(decline_report(page.work))
    return _file(page, body, XLSX, "declines.xlsx")


def _file(page: Page, body: bytes, media_type: str, name: str) -> Response[Any]:
    record(page.work, "report.taken", "report", name=name)
    return page.send(body, media_type, {"content-disposition": f'attachment; filename="{name}"'})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_REPORTS
    return [
        staff_route("GET", "/reports/declines", show_declines, see),
        staff_route("POST", "/reports/declines/pdf", declines_pdf, see),
        staff_route("POST", "/reports/declines/xlsx", declines_xlsx, see),
    ]
