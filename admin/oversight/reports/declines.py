"""Reports to the ward: read on the page, or downloaded as PDF or xlsx."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.oversight.reports.files import send_report
from admin.oversight.reports.opened_figures import OpenedFigures
from admin.page import Page
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.ledger.children import DeclineFigure, of_declines
from portal.domain.oversight.reports.status.declines import decline_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

FIGURES = OpenedFigures(
    base="/reports/declines/figures",
    back="/reports/declines",
    see=Permission.SEE_REPORTS,
    figures=DeclineFigure,
    found=lambda work, figure, after: of_declines(work.session, figure, after),
    what=lambda: _s("方法"),
)


class ReportView(View, frozen=True):
    """What ``admin/oversight/reports/report.html`` shows."""

    report: Report
    name: str
    events: str = ""


def show_declines(page: Page) -> Response[Any]:
    """Show the report of declines."""
    report = decline_report(page.work)
    return page.render(
        "admin/oversight/reports/report.html",
        ReportView(report=report, name="declines", events=FIGURES.base),
    )


def download_declines(page: Page) -> Response[Any]:
    """Send the report of declines as PDF or as a workbook."""
    return send_report(page, decline_report(page.work), "declines", FIGURES.base)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_REPORTS
    return [
        staff_route("GET", "/reports/declines", show_declines, see),
        staff_route("POST", "/reports/declines/pdf", download_declines, see),
        staff_route("POST", "/reports/declines/xlsx", download_declines, see),
        *FIGURES.handlers(),
    ]
