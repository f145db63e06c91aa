"""The supervisor's board; with JavaScript, it is fetched again every 30 seconds."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, staff_route
from admin.contacts import call_words
from admin.oversight.reports import words as report_words
from admin.page import Page
from portal.domain.contacts.calls.kinds import Direction
from portal.domain.contacts.telephony.kpi import NONE
from portal.domain.desk.casework import watch
from portal.domain.foundation.clock import JST
from portal.domain.oversight.reports.calls.tables import half_hour_name
from portal.domain.oversight.reports.status.board import Board, board
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

OUTBOUND = Direction.OUTBOUND.value


class CallRow(Struct, frozen=True):
    """A contact in progress, as written in its cells."""

    agent: str
    state: str
    channel: str
    language: str
    started: str
    duration: str


class DayRow(Struct, frozen=True):
    """A day's letters and calls, as written in its cells; ``alarm``: its answer rate is too low."""

    is_open: bool
    alarm: bool
    name: str
    letters: str
    offered: str
    answered: str
    rate: str


class HalfRow(Struct, frozen=True):
    """The calls of a half hour, as written in its cells; ``name`` is "" for a whole day."""

    alarm: bool
    name: str
    offered: str
    answered: str
    rate: str


class BoardView(View, frozen=True):
    """What ``admin/oversight/_board.html`` shows."""

    board: Board
    calls: Sequence[CallRow]
    days: Sequence[DayRow]
    halves: Sequence[HalfRow]
    level: int
    least: int
    still: bool
    unseen: int


def show(page: Page) -> Response[Any]:
    """Show current calls, waiting work, and answer rates beside the dispatch calendar."""
    program = page.site.program
    found = board(page.work)
    return page.render(
        "admin/oversight/_board.html" if page.request.htmx else "admin/oversight/board.html",
        BoardView(
            board=found,
            calls=_calls(found),
            days=_days(found),
            halves=_halves(found),
            level=program.calls.answer_rate_alarm,
            least=program.calls.alarm_min_calls,
            still=page.query.get("still") == "1",
            unseen=watch.unseen(page.session, page.who.staff, page.now)
            if page.who.staff is not None and allowed(page, Permission.WATCH_BROWSING)
            else 0,
        ),
    )


def _calls(found: Board) -> list[CallRow]:
    """Return the rows of the table of calls.

    They are built here, as a board is rendered every half minute.
    """
    return [
        CallRow(
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


def _days(found: Board) -> list[DayRow]:
    rows = []
    for one in found.days:
        counts = one.counts if one.open else None
        rows.append(
            DayRow(
                one.open,
                one.alarm,
                f"{one.day.month}/{one.day.day}（{report_words.weekday(one.day)}）",
                f"{one.letters:,}" if one.letters else NONE,
                f"{counts.offered:,}" if counts is not None else NONE,
                f"{counts.answered:,}" if counts is not None else NONE,
                one.rate,
            )
        )
    return rows


def _halves(found: Board) -> list[HalfRow]:
    return [
        HalfRow(
            one.alarm,
            half_hour_name(one.half_hour) if one.half_hour >= 0 else "",
            f"{one.counts.offered}",
            f"{one.counts.answered}",
            one.rate,
        )
        for one in found.halves
    ]


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/board", show, Permission.SUPERVISE_CALLS)]
