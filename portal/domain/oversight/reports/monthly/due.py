"""Due days of the monthly reports, and which are close or overdue (specification 6(7), 7(6))."""

import re
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.clock import jst_date, next_month
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.monthly.states import DRAFT, SUBMITTED, ReportState

DUE_DAY = 10
ONE_DAY = timedelta(days=1)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class ReportKind(StrEnum):
    """The kinds of monthly report: calls (specification 6(7)) and deliveries (7(6))."""

    CALLS = "calls"
    DELIVERY = "delivery"


CALLS, DELIVERY = ReportKind


class Stage(Labeled):
    """How close a report is to its due day: not yet, due by the next business day, or overdue."""

    COMING = "coming", lambda: _s("これから")
    SOON = "soon", lambda: _s("期限が近い")
    OVERDUE = "overdue", lambda: _s("期限を過ぎた")


class ReportKey(Struct, frozen=True):
    """What identifies a monthly report: its kind and the first day of its month (JST)."""

    kind: str
    month: date


class Due(Struct, frozen=True):
    """A report that is not submitted: its month (first day), its due day (JST), its state."""

    kind: str
    month: date
    day: date
    stage: Stage
    state: ReportState

    @property
    def is_pressing(self) -> bool:
        """Whether it is due by the next business day, or overdue."""
        return self.stage is not Stage.COMING

    @property
    def is_of_delivery(self) -> bool:
        """Whether this is the report on deliveries; else it is the one on calls."""
        return self.kind == DELIVERY


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def read_month(text: str) -> date | None:
    """Parse a month written as 2023-07; None if it is not one."""
    match = MONTH.fullmatch(text)
    return date(int(match[1]), int(match[2]), 1) if match is not None else None


def last_of(month: date) -> date:
    """Return the last day of a month."""
    return next_month(month) - ONE_DAY


def days_of(month: date) -> Days:
    """Return the days of a month, by its first day."""
    return Days(month, last_of(month))


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return first_of(month - ONE_DAY)


def due_day(program: Program, key: ReportKey) -> date:
    """Return the last day (JST) for a month's report.

    The 10th of the next month, or the business day before if the contract has that day closed.
    """
    day = program.calls.report_due_day if key.kind == CALLS else DUE_DAY
    return program.calendar.filed.business_day_until(next_month(key.month).replace(day=day))


def warned_from(program: Program, key: ReportKey) -> date:
    """Return the first day of warnings: the business day before the due day."""
    return program.calendar.business_days_before(due_day(program, key), 1)


def months(program: Program, until: date, kind: str = CALLS) -> list[date]:
    """Return the months that need a report, up to the one of ``until``, the newest first.

    For calls, the months in which the call center works; for deliveries, those from the first day
    of delivery to the contract's end.
    """
    first, last = program.calendar.first_day, program.calendar.last_day
    if kind == DELIVERY:
        first, last = program.windows.delivery.first_day, program.contract.last_day
    month, found = first_of(first), []
    while month <= min(until, last):
        found.append(month)
        month = next_month(month)
    return found[::-1]


def due_reports(work: Work, kind: str = CALLS) -> list[Due]:
    """Return the past months whose report is not submitted, the oldest first."""
    today = jst_date(work.now)
    rows = work.session.execute(
        select(MonthlyReport.month, MonthlyReport.state).where(MonthlyReport.kind == kind)
    ).all()
    states = dict(rows)
    waiting = [
        m
        for m in months(work.program, today, kind)
        if last_of(m) < today and states.get(m) != SUBMITTED
    ]
    return [
        Due(
            kind,
            month,
            due_day(work.program, ReportKey(kind, month)),
            _stage(work.program, ReportKey(kind, month), today),
            ReportState(states.get(month, DRAFT)),
        )
        for month in reversed(waiting)
    ]


def _stage(program: Program, key: ReportKey, today: date) -> Stage:
    if today > due_day(program, key):
        return Stage.OVERDUE
    return Stage.SOON if today >= warned_from(program, key) else Stage.COMING
