"""The supervisor's board; a browser with JavaScript fetches it anew every 30 seconds unless told to stop."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin import report_words
from admin.access import allowed, staff_route
from portal.domain.casework import watch
from portal.domain.program.explain import window_title
from portal.domain.reports.board import board
from portal.domain.reports.calls_tables import half_hour_name
from portal.domain.staff.permissions import Permission
from portal.platform.page import Page


def show(page: Page) -> Response[Any]:
    """Show calls now, what waits, and answer rates beside the dispatch calendar."""
    program = page.site.program
    return page.render(
        "admin/_board.html" if page.htmx else "admin/board.html", board=board(page.session, program, page.now),
        level=program.calls.answer_rate_alarm, still=page.query.get("still") == "1", half_hour_name=half_hour_name,
        window_title=window_title, report_words=report_words,
        unseen=watch.unseen(page.session, page.staff, page.now)
        if page.staff is not None and allowed(page, Permission.WATCH_BROWSING)
        else 0,
    )  # fmt: skip


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/board", show, Permission.SUPERVISE_CALLS)]
