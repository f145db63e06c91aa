"""The children behind a figure of a report that has no month: counted by day, or one by one."""

from collections.abc import Callable, Iterator
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, staff_route
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.ledger.children import OpenedPage, children_table, one_page
from portal.domain.oversight.reports.tables import Report
from portal.domain.oversight.settlement.opening import CountedChild
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

KEY_DIGITS = 16


class OpenedFigureView(View, frozen=True):
    """What ``admin/oversight/reports/opened_figure.html`` shows: one table, without any family."""

    title: str
    back: str
    here: str
    opens_children: bool
    report: Report


class OpenedChildrenView(View, frozen=True):
    """What ``admin/oversight/reports/opened_children.html`` shows to who may know of everybody."""

    title: str
    here: str
    what: str
    found: OpenedPage


class OpenedFigures(Struct, frozen=True):
    """Pages of the figures of a report.

    Attributes:
        base: Their address, without the figure at its end.
        back: The address of the report.
        see: What somebody holds who reads it.
        figures: The figures.
        found: Yields the children behind one, those after a key, ordered by key.
        what: How the column is headed that says what happened.
    """

    base: str
    back: str
    see: Permission
    figures: type[Labeled]
    found: Callable[[Work, Any, int], Iterator[CountedChild]]
    what: Callable[[], str]

    def show(self, page: Page) -> Response[Any]:
        """Show what a figure counts, by day."""
        figure = self._figure(page)
        table = children_table(figure.label, self.what(), self.found(page.work, figure, 0))
        return page.render(
            "admin/oversight/reports/opened_figure.html",
            OpenedFigureView(
                title=figure.label,
                back=self.back,
                here=f"{self.base}/{figure.value}",
                opens_children=allowed(page, Permission.KNOW_PROTECTED),
                report=Report("", "", "", (), (table,)),
            ),
        )

    def show_children(self, page: Page) -> Response[Any]:
        """Show the children behind a figure, each with its household."""
        figure = self._figure(page)
        typed = page.query.get("after", "0")
        whole = typed.isascii() and typed.isdigit() and len(typed) < KEY_DIGITS
        return page.render(
            "admin/oversight/reports/opened_children.html",
            OpenedChildrenView(
                title=figure.label,
                here=f"{self.base}/{figure.value}",
                what=self.what(),
                found=one_page(self.found(page.work, figure, int(typed) if whole else 0)),
            ),
        )

    def _figure(self, page: Page) -> Labeled:
        figure = self.figures.known(str(page.params["figure"]))
        if figure is None:
            raise NotFoundError(_s("この数字には、開ける記録がありません。"))
        return figure

    def handlers(self) -> list[HTTPRouteHandler]:
        """Return the routes; single children are for who may know of every family."""
        one = self.base + "/{figure:str}"
        return [
            staff_route("GET", one, self.show, self.see),
            staff_route("GET", one + "/children", self.show_children, Permission.KNOW_PROTECTED),
        ]
