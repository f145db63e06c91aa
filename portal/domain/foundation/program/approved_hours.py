"""The calendar of the program's file with what the ward approved since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from msgspec import Struct

from portal.domain.foundation.program.calendar import (
    ONE_DAY,
    Agreement,
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
    WeekHours,
)
from portal.domain.foundation.program.public_reasons import PublicReason


class SpecialDays(Struct, frozen=True):
    """Days with other hours than usual (None: closed), both ends included.

    A reason that only a later program knows is None, and not told.

    They no longer hold on ``until``, if they were taken back.
    """

    first: date
    last: date
    hours: Hours | None
    reason: PublicReason | None
    agreement: Agreement
    until: date | None = None

    def days(self) -> Iterator[date]:
        """Yield the days on which they hold."""
        day = self.first
        while day <= self.last and (self.until is None or day < self.until):
            yield day
            day += ONE_DAY


Exceptions = dict[date, HoursOverride | Closure]


def with_approved(
    filed: CallCenterCalendar, weeks: Sequence[WeekHours], specials: Sequence[SpecialDays]
) -> CallCenterCalendar:
    """Return a calendar with approved hours, both in the order of their approval.

    A special day goes before everything else, and the one approved last before others of its day.
    Without any, it is the calendar of the file itself.
    """
    if not weeks and not specials:
        return filed
    days = _filed_exceptions(filed)
    for special in specials:
        days |= _exceptions(special)
    return replace(
        filed,
        overrides=tuple(one for one in _in_order(days) if isinstance(one, HoursOverride)),
        closures=tuple(_closures(days)),
        weeks=tuple(weeks),
        before=filed,
    )


def _filed_exceptions(filed: CallCenterCalendar) -> Exceptions:
    days: Exceptions = {}
    for closure in reversed(filed.closures):
        day = closure.first
        while day <= closure.last:
            days[day] = closure
            day += ONE_DAY
    for override in reversed(filed.overrides):
        days[override.day] = override
    return days


def _exceptions(special: SpecialDays) -> Exceptions:
    agreement = special.agreement
    said = special.reason.value if special.reason is not None else ""
    if special.hours is None:
        closure = Closure(special.first, special.last, said, agreement, special.reason)
        return dict.fromkeys(special.days(), closure)
    return {
        day: HoursOverride(day, special.hours, said, agreement, special.reason)
        for day in special.days()
    }


def _in_order(days: Mapping[date, HoursOverride | Closure]) -> list[HoursOverride | Closure]:
    return [days[day] for day in sorted(days)]


def _closures(days: Mapping[date, HoursOverride | Closure]) -> Iterator[Closure]:
    """Yield what is left of each closure: whole runs of days that nothing else replaced."""
    closed = [(day, one) for day, one in sorted(days.items()) if isinstance(one, Closure)]
    runs = groupby(enumerate(closed), key=lambda at: (at[1][0] - ONE_DAY * at[0], id(at[1][1])))
    for _start, run in runs:
        rows = [row for _index, row in run]
        yield replace(rows[0][1], first=rows[0][0], last=rows[-1][0])
