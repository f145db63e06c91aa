"""The month's delivery report: due days, the draft, its check, submission and versions."""

from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.oversight.reports.figure_events import FigurePages
from admin.oversight.reports.monthly_report import MonthlyPages
from admin.page import Page
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.ledger.kinds import OF_MAIL
from portal.domain.oversight.reports.mail.delivery import ACCIDENTS, KIND, write_section
from portal.domain.people.staff.permissions import Permission

PAGES = MonthlyPages(
    KIND,
    "/delivery-report",
    "delivery_report",
    Permission.SEE_REPORTS,
    Permission.KEEP_DELIVERY_REPORT,
    unknown=lambda: _s("この月の報告書はありません。配送の期間の月を選んでください。"),
)


def write(page: Page) -> Response[Any]:
    """Save the typed section on accidents."""
    texts = {ACCIDENTS: page.form.get(ACCIDENTS)}

    def keep(month: date) -> object:
        return write_section(page.work, month, texts)

    return PAGES.step(page, "written", keep, (ACCIDENTS,))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [*PAGES.handlers(write), *FigurePages(PAGES, OF_MAIL).handlers()]
