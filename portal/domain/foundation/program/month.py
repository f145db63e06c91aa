"""One month of the call center for staff: each day's hours, why, and what was agreed."""

from datetime import date, timedelta

import jpholiday
from msgspec import Struct

from portal.domain.foundation.clock import next_month
from portal.domain.foundation.program.calendar import (
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
    is_national_holiday,
)
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s

WEEK = 7


class DayKind(Labeled):
    """Why a day is open or closed; the first that fits, from the most specific to the usual."""

    OUTSIDE = "outside", lambda: _s("期間の外")
    EXTRA_OPENING = "extra_opening", lambda: _s("臨時の開所")
    OTHER_HOURS = "other_hours", lambda: _s("時間の変更")
    EXTRA_CLOSURE = "extra_closure", lambda: _s("臨時の休み")
    YEARLY = "yearly", lambda: _s("年末年始の休み")
    HOLIDAY = "holiday", lambda: _s("祝日")
    WEEKLY = "weekly", lambda: _s("定休日")
    USUAL = "usual", lambda: _s("開所")


class CalendarDay(Struct, frozen=True):
    """One day (JST).

    ``hours`` is None on closed days; ``reason`` names the holiday or the agreement, or is empty.
    ``ends``: the windows of which this is the last usable day; ``last_staffed``: nobody answers
    after it while the coupon can still be exchanged.
    """

    day: date
    kind: DayKind
    hours: Hours | None
    reason: str
    exception: HoursOverride | Closure | None
    ends: tuple[WindowKind, ...]
    last_staffed: bool

    @property
    def is_usual(self) -> bool:
        """Whether the day has its usual hours, so that no reason is shown."""
        return self.kind is DayKind.USUAL


class Month(Struct, frozen=True):
    """A month in weeks from Monday to Sunday; places outside the month are None."""

    first: date
    weeks: tuple[tuple[CalendarDay | None, ...], ...]

    @property
    def days(self) -> tuple[CalendarDay, ...]:
        """The days in order."""
        return tuple(day for week in self.weeks for day in week if day is not None)

    @property
    def open_days(self) -> int:
        """The number of days on which somebody answers."""
        return sum(day.hours is not None for day in self.days)

    @property
    def before(self) -> date:
        """The first day of the preceding month."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the following month."""
        return next_month(self.first)


def month_of(program: Program, day: date) -> Month:
    """Return the month that contains ``day``."""
    first = day.replace(day=1)
    count = (next_month(first) - first).days
    days: list[CalendarDay | None] = [None] * first.weekday()
    days += [_day(program, first + timedelta(days=index)) for index in range(count)]
    days += [None] * (-len(days) % WEEK)
    return Month(
        first, tuple(tuple(days[start : start + WEEK]) for start in range(0, len(days), WEEK))
    )


def agreed_days(calendar: CallCenterCalendar) -> list[HoursOverride | Closure]:
    """Return every extra opening and closure of the program, by day."""
    found: list[HoursOverride | Closure] = [*calendar.overrides, *calendar.closures]
    return sorted(found, key=first_day_of)


def first_day_of(agreed: HoursOverride | Closure) -> date:
    """Return the (first) day of an agreement."""
    return agreed.first if isinstance(agreed, Closure) else agreed.day


def last_day_of(agreed: HoursOverride | Closure) -> date:
    """Return the (last) day of an agreement."""
    return agreed.last if isinstance(agreed, Closure) else agreed.day


def kind_of(calendar: CallCenterCalendar, agreed: HoursOverride | Closure) -> DayKind:
    """Return what an agreement makes of its day: an opening, a closure, or other hours."""
    if isinstance(agreed, Closure) or agreed.hours is None:
        return DayKind.EXTRA_CLOSURE
    return (
        DayKind.EXTRA_OPENING if calendar.usual_hours(agreed.day) is None else DayKind.OTHER_HOURS
    )


def _day(program: Program, day: date) -> CalendarDay:
    calendar = program.calendar
    kind, reason = _why(calendar, day)
    staffed = calendar.last_staffed_day(until=program.windows.exchange.last_day)
    return CalendarDay(
        day=day,
        kind=kind,
        hours=calendar.hours_on(day) if calendar.is_staffed(day) else None,
        reason=reason,
        exception=calendar.exception_on(day),
        ends=tuple(window.kind for window in program.windows if window.last_day == day),
        last_staffed=day == staffed and day < program.windows.exchange.last_day,
    )


def _why(calendar: CallCenterCalendar, day: date) -> tuple[DayKind, str]:
    if not calendar.is_within(day):
        return DayKind.OUTSIDE, ""
    if (agreed := calendar.exception_on(day)) is not None:
        return kind_of(calendar, agreed), agreed.said
    if (yearly := next((c for c in calendar.yearly_closures if c.covers(day)), None)) is not None:
        return DayKind.YEARLY, yearly.reason
    if calendar.national_holidays and is_national_holiday(day):
        return DayKind.HOLIDAY, str(jpholiday.is_holiday_name(day) or "")
    usual = calendar.week_on(day)[day.weekday()]
    return (DayKind.WEEKLY if usual is None else DayKind.USUAL), ""
