"""When the telephone is answered: hours, closed weekdays, holidays, closures, exceptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import jpholiday

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import Labeled, _s

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
# no calendar with a business day in it ever needs more; a wrong one must not search for ever
FAR = 400


@lru_cache(maxsize=4096)
def is_national_holiday(day: date) -> bool:
    """Return whether the law makes this day a holiday (substitute holidays included)."""
    return bool(jpholiday.is_holiday(day))


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one day in Japanese time; ``closes`` is exclusive."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class YearlyClosure:
    """Days closed every year, as (month, day) at both ends; may span New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    reason: str

    def covers(self, day: date) -> bool:
        """Return whether the closure includes this day."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


class Payer(Labeled):
    """Who pays for an exceptional day; ``AGREED`` is settled by a paper of its own."""

    WARD = "ward", lambda: _s("区")
    CONTRACTOR = "contractor", lambda: _s("受託者")
    AGREED = "agreed", lambda: _s("別に取り決め")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with the ward about exceptional days (specification 6(3)).

    ``number`` and ``on`` name the paper by which ``approved_by`` agreed.
    """

    paid_by: Payer
    approved_by: str
    number: str
    on: date


@dataclass(frozen=True, slots=True)
class Closure:
    """Extra closed days, both ends included; ``public`` is the reason that residents read."""

    first: date
    last: date
    reason: str
    agreement: Agreement
    public: PublicReason | None = None

    @property
    def said(self) -> str:
        """The reason for staff, in the current language where it is a public one."""
        return self.public.label if self.public is not None else self.reason

    def covers(self, day: date) -> bool:
        """Return whether the closure includes this day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class HoursOverride:
    """Other hours on one day (None: closed), agreed with the ward; overrides every other rule.

    ``public`` is the reason that residents read.
    """

    day: date
    hours: Hours | None
    reason: str
    agreement: Agreement
    public: PublicReason | None = None

    @property
    def said(self) -> str:
        """The reason for staff, in the current language where it is a public one."""
        return self.public.label if self.public is not None else self.reason


Week = tuple[Hours | None, ...]
"""The hours of the seven weekdays from Monday on; None: closed."""


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Other hours of the weekdays from ``first_day`` on, approved by the ward.

    They no longer hold on ``until``, if they were taken back.
    """

    first_day: date
    days: Week
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether these hours were agreed for a day."""
        return self.first_day <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class CallCenterCalendar:
    """The call center's days and hours from its first to its last day (JST, both included).

    The one rule for every place that asks when somebody answers. ``weeks`` are the weekdays' hours
    that the ward approved since, in the order of their approval; ``before`` is the calendar of the
    program's file, where something was approved since.
    """

    first_day: date
    last_day: date
    hours: Hours
    weekly_closed: frozenset[int]
    national_holidays: bool
    yearly_closures: tuple[YearlyClosure, ...]
    closures: tuple[Closure, ...]
    overrides: tuple[HoursOverride, ...]
    weeks: tuple[WeekHours, ...] = ()
    before: "CallCenterCalendar | None" = None

    @property
    def filed(self) -> "CallCenterCalendar":
        """The calendar of the program's file, for days that the contract or a letter counts by."""
        return self.before or self

    def week_on(self, day: date) -> Week:
        """Return the weekdays' hours that are in force on a day.

        Of several, those that began last; of the same first day, those approved last.
        """
        found: WeekHours | None = None
        for week in self.weeks:
            if week.holds_on(day) and (found is None or week.first_day >= found.first_day):
                found = week
        if found is not None:
            return found.days
        return tuple(
            None if weekday in self.weekly_closed else self.hours
            for weekday in range(len(WEEKDAYS))
        )

    def hours_on(self, day: date) -> Hours | None:
        """Return the hours of a day by weekly rule and exceptions, in any period."""
        match self.exception_on(day):
            case HoursOverride(hours=hours):
                return hours
            case Closure():
                return None
        return self.usual_hours(day)

    def exception_on(self, day: date) -> HoursOverride | Closure | None:
        """Return what was agreed about this day in particular; other hours precede a closure."""
        for override in self.overrides:
            if override.day == day:
                return override
        return next((closure for closure in self.closures if closure.covers(day)), None)

    def usual_hours(self, day: date) -> Hours | None:
        """Return the hours of a day by the weekly and yearly rules, without agreed exceptions."""
        closed = (self.national_holidays and is_national_holiday(day)) or any(
            closure.covers(day) for closure in self.yearly_closures
        )
        return None if closed else self.week_on(day)[day.weekday()]

    def is_business_day(self, day: date) -> bool:
        """Return whether people work on this day, also outside the operating period."""
        return self.hours_on(day) is not None

    def is_within(self, day: date) -> bool:
        """Return whether the day lies in the operating period."""
        return self.first_day <= day <= self.last_day

    def is_staffed(self, day: date) -> bool:
        """Return whether somebody answers on this day."""
        return self.is_within(day) and self.is_business_day(day)

    def is_open(self, now: datetime) -> bool:
        """Return whether somebody answers at this instant; 17:00:00 itself is closed."""
        local = now.astimezone(JST)
        hours = self.hours_on(local.date())
        return (
            hours is not None
            and self.is_staffed(local.date())
            and hours.opens <= local.time() < hours.closes
        )

    def next_open(self, now: datetime) -> datetime | None:
        """Return when somebody answers: ``now`` if open, else the next opening (JST).

        Returns None after the last day.
        """
        if self.is_open(now):
            return now.astimezone(JST)
        today = jst_date(now)
        for day in self._days(max(today, self.first_day), forward=True):
            if day > self.last_day:
                break
            hours = self.hours_on(day)
            if hours is None:
                continue
            opening = datetime.combine(day, hours.opens, tzinfo=JST)
            if opening > now:
                return opening
        return None

    def last_staffed_day(self, until: date | None = None) -> date | None:
        """Return the last day on which somebody answers, not after ``until``, or None."""
        start = self.last_day if until is None else min(until, self.last_day)
        for day in self._days(start, forward=False):
            if day < self.first_day:
                break
            if self.is_business_day(day):
                return day
        return None

    def business_day_from(self, day: date) -> date:
        """Return the day itself or the next business day."""
        return next((d for d in self._days(day, forward=True) if self.is_business_day(d)), day)

    def business_day_until(self, day: date) -> date:
        """Return the day itself or the preceding business day."""
        return next((d for d in self._days(day, forward=False) if self.is_business_day(d)), day)

    def business_days_before(self, day: date, count: int) -> date:
        """Return the business day ``count`` business days before ``day``."""
        for _step in range(count):
            day = self.business_day_until(day - ONE_DAY)
        return day

    def business_days_after(self, day: date, count: int) -> date:
        """Return the business day ``count`` business days after ``day``.

        A closed day counts as the next open one.
        """
        found = self.business_day_from(day)
        for _step in range(count):
            found = self.business_day_from(found + ONE_DAY)
        return found

    @staticmethod
    def _days(start: date, *, forward: bool) -> Iterator[date]:
        step = ONE_DAY if forward else -ONE_DAY
        return (start + step * index for index in range(FAR))
