"""The business calendar, read only: a month's days with hours and reasons, and what was agreed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.oversight import calendar_words
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar, Closure, HoursOverride
from portal.domain.foundation.program.month import (
    DayKind,
    Month,
    agreed_days,
    kind_of,
    last_day_of,
    month_of,
)
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

FIRST_YEAR, LAST_YEAR = 1900, 2199
ROWS = 20


class CalendarView(View, frozen=True):
    """What ``admin/oversight/calendar.html`` shows."""

    month: Month
    today: date
    agreed: Sequence[HoursOverride | Closure]
    more: int
    calendar: CallCenterCalendar
    say: ModuleType
    kind_of: Callable[[CallCenterCalendar, HoursOverride | Closure], DayKind]
    next_open: datetime | None
    open_now: bool


def show(page: Page) -> Response[Any]:
    """Show a month (``?month=2023-12``, by default the current one) and the extra days.

    Coming extra days are listed first.
    """
    program, today = page.site.program, jst_date(page.now)
    month = month_of(program, _wanted(page.query.get("month", "")) or today)
    everything = agreed_days(program.calendar)
    ahead = [agreed for agreed in everything if last_day_of(agreed) >= today]
    past = [agreed for agreed in reversed(everything) if last_day_of(agreed) < today]
    return page.render(
        "admin/oversight/calendar.html",
        CalendarView(
            month=month,
            today=today,
            agreed=(ahead + past)[:ROWS],
            more=max(0, len(everything) - ROWS),
            calendar=program.calendar,
            say=calendar_words,
            kind_of=kind_of,
            next_open=program.calendar.next_open(page.now),
            open_now=program.calendar.is_open(page.now),
        ),
    )


def _wanted(typed: str) -> date | None:
    try:
        day = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/calendar", show, Permission.OWN_ACCOUNT)]
