"""Read the call center's calendar and the windows from a program file."""

import calendar as gregorian
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from msgspec import Struct

from portal.domain.foundation.program.calendar import (
    WEEKDAYS,
    Agreement,
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
    Payer,
    YearlyClosure,
)
from portal.domain.foundation.program.deadlines import RequestRule, Window, WindowKind, Windows
from portal.domain.foundation.program.reading.day_expressions import DayExpressions
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
REQUEST_KINDS = (WindowKind.ALTERNATIVE, WindowKind.REDELIVERY, WindowKind.NEW_LETTER)


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What the file contains about one kind of request."""

    kind: WindowKind
    first_day: date | None
    last_day: date | None
    batch_days: int


class DateSettings(Struct, frozen=True):
    """The days of the file as people wrote them, before anything is derived."""

    calendar: CallCenterCalendar
    first_days: dict[WindowKind, date]
    last_days: dict[WindowKind, date]
    storage_days: int
    post_days: int
    requests: tuple[RequestSettings, ...]

    def rules(self) -> tuple[RequestRule, ...]:
        """Return how the last day of each kind of request is derived.

        Letters must arrive before delivery ends and while the coupon can still be exchanged; a new
        letter also while people can still sign in. A paper product only has to arrive before
        delivery ends.
        """
        last = self.last_days
        delivered = min(last[WindowKind.DELIVERY], last[WindowKind.EXCHANGE])
        targets = {
            WindowKind.ALTERNATIVE: last[WindowKind.DELIVERY],
            WindowKind.REDELIVERY: delivered,
            WindowKind.NEW_LETTER: min(delivered, last[WindowKind.SIGN_IN]),
        }
        return tuple(
            RequestRule(
                kind=request.kind,
                target=targets[request.kind],
                storage_days=self.storage_days,
                post_days=self.post_days,
                batch_days=request.batch_days,
                given_last_day=request.last_day,
            )
            for request in self.requests
        )

    def windows(self) -> Windows:
        """Return every window, with the derived last days of requests."""
        last = dict(self.last_days)
        first = dict(self.first_days)
        for rule, request in zip(self.rules(), self.requests, strict=True):
            last[rule.kind] = rule.last_day(self.calendar)
            first[rule.kind] = request.first_day or first[WindowKind.DELIVERY]
        return Windows(**{kind.value: Window(kind, first[kind], last[kind]) for kind in WindowKind})


def read_dates(root: Section, today: date) -> DateSettings:
    """Read ``[call_center]``, ``[dates]``, ``[mail]`` and ``[requests]``.

    Faults are recorded in the section's problems.
    """
    expressions = DayExpressions(today)
    root.days = expressions.read
    calendar = _read_calendar(root.table("call_center"))
    root.days = DayExpressions(today, calendar).read
    first_days, last_days = _read_days(root.table("dates"))
    mail = root.table("mail")
    return DateSettings(
        calendar=replace(
            calendar,
            first_day=first_days[WindowKind.CALL_CENTER],
            last_day=last_days[WindowKind.CALL_CENTER],
        ),
        first_days=first_days,
        last_days=last_days,
        storage_days=mail.whole("storage_days", 7, high=60),
        post_days=mail.whole("post_days", 2, high=30),
        requests=_read_requests(root.table("requests", required=False)),
    )


def _read_days(dates: Section) -> tuple[dict[WindowKind, date], dict[WindowKind, date]]:
    """Return the first and the last day of every window; some follow from others by default."""
    first_days = {
        WindowKind.PUBLICITY: dates.day("publicity_from"),
        WindowKind.CALL_CENTER: dates.day("call_center_from"),
        WindowKind.SIGN_IN: dates.day("sign_in_from"),
        WindowKind.DELIVERY: dates.day("delivery_from"),
        WindowKind.DECLINE: dates.day("decline_from"),
    }
    last_days = {
        WindowKind.CALL_CENTER: dates.day("call_center_to"),
        WindowKind.SIGN_IN: dates.day("sign_in_to"),
        WindowKind.DELIVERY: dates.day("delivery_to"),
        WindowKind.DECLINE: dates.day("decline_to"),
        WindowKind.EXCHANGE: dates.day("exchange_to"),
        WindowKind.USE: dates.day("use_to"),
    }
    first_days[WindowKind.EXCHANGE] = (
        dates.maybe_day("exchange_from") or first_days[WindowKind.SIGN_IN]
    )
    first_days[WindowKind.USE] = dates.maybe_day("use_from") or first_days[WindowKind.EXCHANGE]
    last_days[WindowKind.PUBLICITY] = dates.maybe_day("publicity_to") or max(
        last_days[WindowKind.USE], last_days[WindowKind.SIGN_IN]
    )
    return first_days, last_days


def _read_requests(section: Section) -> tuple[RequestSettings, ...]:
    found = []
    for kind in REQUEST_KINDS:
        table = section.table(kind.value, required=False)
        found.append(
            RequestSettings(
                kind=kind,
                first_day=table.maybe_day("from"),
                last_day=table.maybe_day("last_day"),
                batch_days=table.whole(
                    "batch_days", 3 if kind is WindowKind.ALTERNATIVE else 1, high=30
                ),
            )
        )
    return tuple(found)


def _read_calendar(section: Section) -> CallCenterCalendar:
    return CallCenterCalendar(
        first_day=date.min + timedelta(days=1000),
        last_day=date.max - timedelta(days=1000),
        hours=_read_hours(section),
        weekly_closed=_read_weekdays(section),
        national_holidays=section.flag("closed_on_national_holidays", default=True),
        yearly_closures=tuple(_read_yearly(table) for table in section.tables("yearly_closures")),
        closures=tuple(_read_closure(table) for table in section.tables("closures")),
        overrides=tuple(_read_override(table) for table in section.tables("overrides")),
    )


def _read_hours(section: Section) -> Hours:
    hours = Hours(section.clock_time("opens"), section.clock_time("closes"))
    if hours.opens >= hours.closes and section.has("opens") and section.has("closes"):
        section.problem("closes", _s("開く時刻より後の時刻を書いてください。"))
    return hours


def _read_weekdays(section: Section) -> frozenset[int]:
    words = section.choices("weekly_closed", WEEKDAYS, ("sat", "sun"))
    closed = frozenset(WEEKDAYS.index(word) for word in words)
    if len(closed) == len(WEEKDAYS):
        section.problem(
            "weekly_closed",
            _s("毎日休みでは、だれも電話に出られません。開く曜日を残してください。"),
        )
        return frozenset()
    return closed


def _read_month_day(section: Section, key: str) -> tuple[int, int]:
    text = section.text(key)
    match = MONTH_DAY.fullmatch(text)
    if match is not None and 1 <= int(match[1]) <= 12:
        month, day = int(match[1]), int(match[2])
        if 1 <= day <= gregorian.monthrange(2024, month)[1]:
            return month, day
    if text:
        section.problem(key, _s("12-29 のような月日で書いてください。"))
    return 1, 1


def _read_yearly(section: Section) -> YearlyClosure:
    return YearlyClosure(
        _read_month_day(section, "from"),
        _read_month_day(section, "to"),
        reason=section.text("reason"),
    )


def _read_closure(section: Section) -> Closure:
    first = section.day("from")
    last = section.maybe_day("to") or first
    if last < first:
        section.problem("to", _s("始まりの日より前です。"))
    return Closure(first, last, reason=section.text("reason"), agreement=_read_agreement(section))


def _read_override(section: Section) -> HoursOverride:
    closed = section.flag("closed", default=False)
    if closed and (section.has("opens") or section.has("closes")):
        section.problem(
            "closed", _s("休みの日に時刻は書けません。closed か時刻のどちらかにしてください。")
        )
    return HoursOverride(
        day=section.day("day"),
        hours=None if closed else _read_hours(section),
        reason=section.text("reason"),
        agreement=_read_agreement(section),
    )


def _read_agreement(section: Section) -> Agreement:
    return Agreement(
        paid_by=section.member("paid_by", Payer),
        approved_by=section.text("approved_by"),
        number=section.text("approval_no"),
        on=section.day("approved_on"),
    )
