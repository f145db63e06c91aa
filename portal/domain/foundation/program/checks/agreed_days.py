"""Contradictions among the days agreed in addition to the call center's usual ones."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.domain.foundation.program.calendar import Agreement, CallCenterCalendar, Closure
from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s


def check_agreed_days(program: Program) -> Iterator[Finding]:
    """Report extra openings and closures that contradict each other or change nothing."""
    calendar = program.calendar
    yield from _check_closures(calendar)
    yield from _check_overrides(calendar)
    agreed = [(o.day, o.agreement) for o in calendar.overrides]
    agreed += [(c.first, c.agreement) for c in calendar.closures]
    for day, agreement in sorted(agreed, key=lambda pair: pair[0]):
        if _is_late(day, agreement):
            yield warning_of(
                "approved_late",
                _s(
                    "%(day)sの臨時の開所か休みは、承認の日(%(approved)s)が後です。"
                    "事後の承認でよいか、区に確かめてください。"
                )
                % {"day": day.isoformat(), "approved": agreement.on.isoformat()},
            )


def _is_late(day: date, agreement: Agreement) -> bool:
    return agreement.on > day


def days_of(closure: Closure) -> tuple[date, ...]:
    """Return the days of a closure, both ends included."""
    count = (closure.last - closure.first).days + 1
    return tuple(closure.first + timedelta(days=index) for index in range(count))


def _check_closures(calendar: CallCenterCalendar) -> Iterator[Finding]:
    for index, closure in enumerate(calendar.closures):
        values = {"first": closure.first.isoformat(), "last": closure.last.isoformat()}
        if closure.last < calendar.first_day or closure.first > calendar.last_day:
            yield warning_of(
                "closure_outside",
                _s(
                    "%(first)s〜%(last)sの臨時の休みは、"
                    "コールセンターの期間の外なので使われません。"
                )
                % values,
            )
        elif all(calendar.usual_hours(day) is None for day in days_of(closure)):
            yield warning_of(
                "closure_without_effect",
                _s(
                    "%(first)s〜%(last)sは、もともと休みの日です。"
                    "臨時の休みの日付を確かめてください。"
                )
                % values,
            )
        for other in calendar.closures[:index]:
            if other.first <= closure.last and closure.first <= other.last:
                day = max(other.first, closure.first)
                yield error_of(
                    "closure_twice",
                    _s("%(day)sの臨時の休みが2つあります。重ならないように直してください。")
                    % {"day": day.isoformat()},
                )


def _check_overrides(calendar: CallCenterCalendar) -> Iterator[Finding]:
    for override in calendar.overrides:
        values = {"day": override.day.isoformat()}
        closed = any(closure.covers(override.day) for closure in calendar.closures)
        if closed and override.hours is not None:
            yield warning_of(
                "open_in_closure",
                _s(
                    "%(day)sは臨時の休みの中で開ける日です。開けるほうを使います。"
                    "それでよいか確かめてください。"
                )
                % values,
            )
        elif override.hours == (None if closed else calendar.usual_hours(override.day)):
            yield warning_of(
                "override_without_effect",
                _s("%(day)sの時間変更は、いつもの時間と同じです。日付と時刻を確かめてください。")
                % values,
            )
