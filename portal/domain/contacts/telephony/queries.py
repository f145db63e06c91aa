"""Queries of counts: the days that have some, and sums by day, half hour and language."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from portal.domain.contacts.telephony.kinds import Reason, Source
from portal.domain.contacts.telephony.kpi import FIELDS, OPTIONAL, Counts, counted
from portal.domain.contacts.telephony.models import WHOLE_DAY, CallCount, CountDay, CountImport
from portal.domain.foundation.clock import JST, day_end, jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayKnown:
    """A day that has counts: whether they are complete, and how they came."""

    day: date
    whole: bool
    source: Source
    imported_at: datetime
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls of one day, half hour (-1: whole day) and language, all lines together, as counted."""

    day: date
    half_hour: int
    language: str
    counts: Counts


def _known(version: CountDay, imported: CountImport) -> DayKnown:
    return DayKnown(
        version.day,
        version.whole,
        Source(imported.source),
        imported.imported_at,
        Reason(version.reason) if version.reason is not None else None,
    )


def days_known(session: Session, first: date, last: date) -> dict[date, DayKnown]:
    """Return the days from ``first`` to ``last`` (both included) that have counts."""
    statement = (
        select(CountDay, CountImport)
        .join(CountImport, CountImport.id == CountDay.import_id)
        .where(CountDay.day.between(first, last), CountDay.replaced_at.is_(None))
        .order_by(CountDay.day)
    )
    return {day.day: _known(day, source) for day, source in session.execute(statement)}


def is_over(program: Program, day: date, now: datetime) -> bool:
    """Return whether no call can be added to a day anymore.

    Its business is over, or, if calls at night count, the whole day.
    """
    hours = program.calendar.hours_on(day) if program.calendar.is_staffed(day) else None
    if hours is None or program.calls.out_of_hours_counts:
        return now >= day_end(day)
    return now >= datetime.combine(day, hours.closes, tzinfo=JST)


def last_day_over(program: Program, now: datetime) -> date:
    """Return the last day (JST) whose numbers can be complete."""
    today = jst_date(now)
    return today if is_over(program, today, now) else today - ONE_DAY


def missing_days(work: Work, first: date, last: date) -> list[date]:
    """Return the open days of a period without complete counts (specification 6(7)①)."""
    known = days_known(work.session, first, last)
    days = (first + ONE_DAY * index for index in range((last - first).days + 1))
    return [
        day
        for day in days
        if work.program.calendar.is_staffed(day) and not (day in known and known[day].whole)
    ]


def history(session: Session, day: date) -> list[DayKnown]:
    """Return every version of a day, the newest first."""
    statement = (
        select(CountDay, CountImport)
        .join(CountImport, CountImport.id == CountDay.import_id)
        .where(CountDay.day == day)
        .order_by(CountDay.id.desc())
    )
    return [_known(version, source) for version, source in session.execute(statement)]


def cells(session: Session, first: date, last: date) -> list[Cell]:
    """Return the counts of a period by day, half hour and language, in this order."""
    keys = (CountDay.day, CallCount.half_hour, CallCount.language)
    statement = (
        _sums(*keys).where(CountDay.day.between(first, last)).group_by(*keys).order_by(*keys)
    )
    return [Cell(row[0], row[1], row[2], _counts(row[3:])) for row in session.execute(statement)]


def by_day(work: Work, first: date, last: date) -> dict[date, Counts]:
    """Return the sums of each day in its opening hours, or all day if calls at night count."""
    statement = (
        _sums(CountDay.day)
        .where(CountDay.day.between(first, last), _in_scope(work.program, first, last))
        .group_by(CountDay.day)
    )
    return {row[0]: _counts(row[1:]) for row in work.session.execute(statement)}


def in_hours(calendar: CallCenterCalendar, day: date, half_hour: int) -> bool:
    """Return whether a half hour begins in opening hours.

    A typed day counts if the day is open.
    """
    span = open_halves(calendar, day)
    return span is not None and (half_hour == WHOLE_DAY or span[0] <= half_hour < span[1])


def counts_here(program: Program, day: date, half_hour: int) -> bool:
    """Return whether calls of a half hour count in the figures."""
    return program.calls.out_of_hours_counts or in_hours(program.calendar, day, half_hour)


def open_halves(calendar: CallCenterCalendar, day: date) -> tuple[int, int] | None:
    """Return the first half hour of the opening hours, and the one after the last."""
    hours = calendar.hours_on(day) if calendar.is_staffed(day) else None
    if hours is None:
        return None
    closes = hours.closes.hour * 60 + hours.closes.minute
    return (hours.opens.hour * 60 + hours.opens.minute) // 30, -(-closes // 30)


def _in_scope(program: Program, first: date, last: date) -> ColumnElement[bool]:
    """Return the condition for calls that count.

    Days with the usual hours need no list of their own.
    """
    if program.calls.out_of_hours_counts:
        return true()
    days = [first + ONE_DAY * index for index in range((last - first).days + 1)]
    spans = {day: span for day in days if (span := open_halves(program.calendar, day)) is not None}
    ways: Iterable[tuple[int, int]] = Counter(spans.values())
    conditions = [
        and_(
            CountDay.day.in_([day for day, found in spans.items() if found == span]),
            or_(
                CallCount.half_hour == WHOLE_DAY, CallCount.half_hour.between(span[0], span[1] - 1)
            ),
        )
        for span in ways
    ]
    return or_(false(), *conditions)


def _sums(*keys: Any) -> Any:
    """Return the select of the keys, the sum of every field, and what is not measured.

    For each optional field it has the number of rows that lack it.
    """
    columns = [getattr(CallCount, name) for name in FIELDS]
    lacking = [func.count() - func.count(getattr(CallCount, name)) for name in OPTIONAL]
    return (
        select(*keys, *(func.coalesce(func.sum(column), 0) for column in columns), *lacking)
        .join(CountDay, CountDay.id == CallCount.day_id)
        .where(CountDay.replaced_at.is_(None))
    )


def _counts(values: Iterable[object]) -> Counts:
    numbers = [int(value) for value in values]  # type: ignore[call-overload]
    found: dict[str, int | None] = dict(zip(FIELDS, numbers[: len(FIELDS)], strict=True))
    for name, lacking in zip(OPTIONAL, numbers[len(FIELDS) :], strict=True):
        if lacking:
            found[name] = None
    return Counts(**found)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class DayOverview:
    """A day as people check it: open or not, the source of its counts, and the counts that count.

    The counts are None on closed days.
    """

    day: date
    open: bool
    known: DayKnown | None
    counts: Counts | None


def overview(work: Work, first: date, last: date) -> list[DayOverview]:
    """Return every day of a period with what is known of it."""
    known, sums = days_known(work.session, first, last), by_day(work, first, last)
    days = (first + ONE_DAY * index for index in range((last - first).days + 1))
    return [
        DayOverview(
            day,
            work.program.calendar.is_staffed(day),
            known.get(day),
            counted(sums[day], work.program.calls) if day in sums else None,
        )
        for day in days
    ]
