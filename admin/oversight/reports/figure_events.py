"""The events behind the figures of a monthly report, opened from its page and from its files."""

from collections.abc import Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, staff_route
from admin.oversight.reports import words as report_words
from admin.oversight.reports.monthly_report import MonthlyPages, not_submitted
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.ledger.events import (
    PAGE,
    OpenedEvent,
    counted_events,
    opened_events,
)
from portal.domain.oversight.reports.ledger.kinds import OF_LETTERS, Figure
from portal.domain.oversight.reports.monthly.due import days_of
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class EventsView(View, frozen=True):
    """What ``admin/oversight/reports/events.html`` shows: one table, without any family."""

    month: date
    figure: Figure
    here: str
    opens_letters: bool
    report: Report
    report_words: ModuleType


class LettersView(View, frozen=True):
    """What ``admin/oversight/reports/event_letters.html`` shows to who may know of every family."""

    month: date
    figure: Figure
    here: str
    rows: Sequence[OpenedEvent]
    more: bool
    report_words: ModuleType


class FigurePages(Struct, frozen=True):
    """The events behind ``figures`` of the reports of ``pages``; seen by who sees the report."""

    pages: MonthlyPages
    figures: tuple[Figure, ...]

    def show_events(self, page: Page) -> Response[Any]:
        """Show the events that a figure of the month counts, by day."""
        month, figure = self.pages.month(page), self._figure(page)
        if self.pages.current(page, month).report is None:
            raise not_submitted()
        table = counted_events(page.work, figure, days_of(month))
        return page.render(
            "admin/oversight/reports/events.html",
            EventsView(
                month=month,
                figure=figure,
                here=f"{self.pages.base}/{month:%Y-%m}",
                opens_letters=figure in OF_LETTERS and allowed(page, Permission.KNOW_PROTECTED),
                report=Report("", "", "", (), (table,)),
                report_words=report_words,
            ),
        )

    def show_letters(self, page: Page) -> Response[Any]:
        """Show the letters behind a figure of the month, each with its household."""
        month, figure = self.pages.month(page), self._figure(page)
        if figure not in OF_LETTERS:
            raise _no_figure()
        typed = page.query.get("after", "0")
        after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
        rows = opened_events(page.session, figure, days_of(month), after)
        return page.render(
            "admin/oversight/reports/event_letters.html",
            LettersView(
                month=month,
                figure=figure,
                here=f"{self.pages.base}/{month:%Y-%m}",
                rows=rows[:PAGE],
                more=len(rows) > PAGE,
                report_words=report_words,
            ),
        )

    def _figure(self, page: Page) -> Figure:
        figure = Figure.known(str(page.params["figure"]))
        if figure is None or figure not in self.figures:
            raise _no_figure()
        return figure

    def handlers(self) -> list[HTTPRouteHandler]:
        """Return the routes; letters only where figures count some."""
        one = self.pages.base + "/{month:str}/figures/{figure:str}"
        found = [staff_route("GET", one, self.show_events, self.pages.see)]
        if set(OF_LETTERS) & set(self.figures):
            letters, know = one + "/letters", Permission.KNOW_PROTECTED
            found.append(staff_route("GET", letters, self.show_letters, know))
        return found


def _no_figure() -> NotFoundError:
    return NotFoundError(_s("この数字には、開ける記録がありません。"))
