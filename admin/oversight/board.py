"""The supervisor's board; with JavaScript, it is fetched again every 30 seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.contacts import call_words
from admin.oversight.reports import words as report_words
from admin.page import Page
from portal.domain.contacts.calls.kinds import Direction
from portal.domain.contacts.telephony.kpi import NONE
from portal.domain.desk.casework import watch
from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.explain import window_title
from portal.domain.oversight.reports.calls.tables import half_hour_name
from portal.domain.oversight.reports.status.board import Board, board
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

OUTBOUND = Direction.OUTBOUND.value


@dataclass(frozen=True, slots=True)
class BoardShowView(View):
    """What the template of ``show`` shows."""

    board: Board
    calls: Sequence[tuple[str, ...]]
    days: Sequence[tuple[bool, bool, str, tuple[str, ...]]]
    halves: Sequence[tuple[bool, str, tuple[str, ...]]]
    level: int
    still: bool
    window_title: Callable[..., str]
    unseen: int


def show(page: Page) -> Response[Any]:
    """Show current calls, waiting work, and answer rates beside the dispatch calendar."""
    program = page.site.program
    found = board(page.work)
    return page.render(
        "admin/oversight/_board.html" if page.request.htmx else "admin/oversight/board.html",
        BoardShowView(
            board=found,
            calls=_calls(found),
            days=_days(found),
            halves=_halves(found),
            level=program.calls.answer_rate_alarm,
            still=page.query.get("still") == "1",
            window_title=window_title,
            unseen=watch.unseen(page.session, page.who.staff, page.now)
            if page.who.staff is not None and allowed(page, Permission.WATCH_BROWSING)
            else 0,
        ),
    )


def _calls(found: Board) -> list[tuple[str, ...]]:
    """Return the cells of the table of calls.

    They are built here, as a board is rendered every half minute.
    """
    return [
        (
            call.agent,
            call_words.state(call.state),
            call_words.channel(call.channel)
            + (f"（{call_words.direction(call.direction)}）" if call.direction == OUTBOUND else ""),
            call_words.language(call.language),
            f"{call.started_at.astimezone(JST):%H:%M}",
            call_words.length(call.started_at, found.at),
        )
        for call in found.calls
    ]


def _days(found: Board) -> list[tuple[bool, bool, str, tuple[str, ...]]]:
    """Return for every day whether it is open, its alarm, its rate and the other cells."""
    rows: list[tuple[bool, bool, str, tuple[str, ...]]] = []
    for one in found.days:
        name = f"{one.day.month}/{one.day.day}（{report_words.weekday(one.day)}）"
        counts = one.counts if one.open else None
        numbers = (
            (f"{counts.offered:,}", f"{counts.answered:,}") if counts is not None else (NONE, NONE)
        )
        letters = f"{one.letters:,}" if one.letters else NONE
        rows.append((one.open, one.alarm, one.rate, (name, letters, *numbers)))
    return rows


def _halves(found: Board) -> list[tuple[bool, str, tuple[str, ...]]]:
    """Return alarm, rate and the other cells of every half hour; "" names the whole day."""
    return [
        (
            one.alarm,
            one.rate,
            (
                half_hour_name(one.half_hour) if one.half_hour >= 0 else "",
                f"{one.counts.offered}",
                f"{one.counts.answered}",
            ),
        )
        for one in found.halves
    ]


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/board", show, Permission.SUPERVISE_CALLS)]
