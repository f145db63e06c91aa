"""The cost of administration: read on the page, or downloaded as PDF or xlsx."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.oversight.reports.declines import ReportView
from admin.oversight.reports.files import send_report
from admin.page import Page
from portal.domain.oversight.reports.costs.report import cost_report
from portal.domain.people.staff.permissions import Permission


def show_costs(page: Page) -> Response[Any]:
    """Show what administration costs."""
    return page.render(
        "admin/oversight/reports/report.html",
        ReportView(report=cost_report(page.work), name="costs"),
    )


def download_costs(page: Page) -> Response[Any]:
    """Send the costs as PDF or as a workbook."""
    return send_report(page, cost_report(page.work), "costs")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_REPORTS
    return [
        staff_route("GET", "/reports/costs", show_costs, see),
        staff_route("POST", "/reports/costs/pdf", download_costs, see),
        staff_route("POST", "/reports/costs/xlsx", download_costs, see),
    ]
