"""The telephone's hours and closed days as text, alike on pages, letters and forms."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time

from babel.dates import format_skeleton, format_time, get_day_names

from portal.domain.foundation.clock import JST
from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.program.calendar import (
    ONE_DAY,
    CallCenterCalendar,
    Closure,
    Hours,
    HoursOverride,
)
from portal.domain.foundation.program.day_text import EASY, easy_month_day, format_day
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import _, current_locale, read_aloud

NOON = time(12)
EASY_DAYS = {
    "月": "げつ",
    "火": "か",
    "水": "すい",
    "木": "もく",
    "金": "きん",
    "土": "ど",
    "日": "にち",
}


def clock_text(at: time) -> str:
    """Return a time of day as the reader's language has it (decision 0097).

    午後3時42分, 3:42 PM, 下午3点42分, 下午3點42分, 오후 3시 42분.
    """
    locale = current_locale()
    if locale in {"ja", EASY}:
        return _japanese_clock(at, locale)
    return format_time(at, _clock_pattern(at, locale), locale=locale)


def _clock_pattern(at: time, locale: str) -> str:
    """Return a time's pattern (CLDR); noon and midnight are never the same twelve."""
    if locale == "en":
        if at == NOON:
            return "'noon'"
        return "h:mm a" if at.minute else "h a"
    if locale == "ko":
        hour = "낮 h시" if at.hour == NOON.hour else "aaaa K시"
        return f"{hour} m분" if at.minute else hour
    sign = "点" if locale == "zh_Hans" else "點"
    hour = f"凌晨H{sign}" if at.hour == 0 else f"Bh{sign}"
    return f"{hour}mm分" if at.minute else hour


def _japanese_clock(at: time, locale: str) -> str:
    half, hour = ("午前", at.hour) if at.hour < 12 else ("午後", at.hour - 12)
    minutes = f"{at.minute}分" if at.minute else ""
    if locale == "ja":
        return read_aloud(f"{half}{hour}時{minutes}")
    easy_half = "{午前|ごぜん}" if half == "午前" else "{午後|ごご}"
    easy_minutes = f"{at.minute}{{分|ふん}}" if at.minute else ""
    return read_numbers(f"{easy_half}{hour}{{時|じ}}{easy_minutes}")


def instant_text(instant: datetime) -> str:
    """Return day and time of an instant in Japanese time."""
    there = instant.astimezone(JST)
    comma = "," if current_locale() == "en" else ""
    return f"{format_day(there.date())}{comma} {clock_text(there.time())}"


def hours_text(calendar: CallCenterCalendar, day: date) -> str:
    """Return the usual hours that are in force on a day: 午前9時から午後5時まで.

    Weekdays with other hours than most are named after them.
    """
    week = calendar.week_on(day)
    of_days = [hours for hours in week if hours is not None] or [calendar.hours]
    usual = Counter(of_days).most_common(1)[0][0]
    said = [_span(usual)]
    for other in dict.fromkeys(hours for hours in of_days if hours != usual):
        days = [weekday for weekday, hours in enumerate(week) if hours == other]
        said.append(_("%(days)sは%(hours)s") % {"days": _names_of(days), "hours": _span(other)})
    return _("、").join(said)


def _span(hours: Hours) -> str:
    return _("%(opens)sから%(closes)sまで") % {
        "opens": clock_text(hours.opens),
        "closes": clock_text(hours.closes),
    }


def _names_of(weekdays: Iterable[int]) -> str:
    return _("、").join(_weekdays(weekdays))


def _weekdays(weekdays: Iterable[int]) -> list[str]:
    locale = current_locale()
    names = get_day_names("wide", locale=locale)
    days = [str(names[day]) for day in weekdays]
    if locale == EASY:
        return [f"{{{day}|{EASY_DAYS[day[0]]}ようび}}" for day in days]
    return [read_aloud(day) for day in days]


def closed_days(calendar: CallCenterCalendar, day: date) -> str:
    """Return the usual closed days that are in force on a day, as a list in words."""
    week = calendar.week_on(day)
    days = _weekdays(weekday for weekday, hours in enumerate(week) if hours is None)
    if calendar.national_holidays:
        days.append(_("祝日"))
    for closure in calendar.yearly_closures:
        first, last = (date(2024, *pair) for pair in (closure.first, closure.last))
        days.append(
            _("%(first)sから%(last)s") % {"first": _month_day(first), "last": _month_day(last)}
        )
    return _("、").join(days)


def reception_text(calendar: CallCenterCalendar, day: date) -> str:
    """Return hours and closed days of a day in one line, for forms and receipts on paper."""
    hours, closed = hours_text(calendar, day), closed_days(calendar, day)
    return f"{_('受付時間')}: {hours}　{_('休み')}: {closed}"


def agreed_ahead(calendar: CallCenterCalendar, first: date, last: date) -> list[str]:
    """Return a sentence for each exceptional day from ``first`` to ``last``, the next first.

    Other hours of the weekdays that begin after ``first`` are among them.
    """
    dated = [
        (override.day, _because(_override_text(override), override.public))
        for override in calendar.overrides
        if first <= override.day <= last and calendar.is_within(override.day)
    ]
    dated += [
        (closure.first, _because(_closure_text(closure), closure.public))
        for closure in calendar.closures
        if closure.first <= last and closure.last >= first and calendar.is_within(closure.first)
    ]
    dated += [
        (day, _week_text(calendar, day))
        for day in sorted({week.first_day for week in calendar.weeks})
        if first < day <= last and calendar.week_on(day) != calendar.week_on(day - ONE_DAY)
    ]
    return [sentence for _day, sentence in sorted(dated)]


def _because(sentence: str, reason: PublicReason | None) -> str:
    if reason is None:
        return sentence
    return sentence + _("（%(why)s）") % {"why": reason.label}


def _override_text(override: HoursOverride) -> str:
    day = format_day(override.day)
    if override.hours is None:
        return _("%(day)sは休みます。") % {"day": day}
    return _("%(day)sは、%(opens)sから%(closes)sまで受け付けます。") % {
        "day": day,
        "opens": clock_text(override.hours.opens),
        "closes": clock_text(override.hours.closes),
    }


def _week_text(calendar: CallCenterCalendar, day: date) -> str:
    return _("%(day)sから、受付時間が変わります。%(hours)s（休み: %(closed)s）") % {
        "day": format_day(day),
        "hours": hours_text(calendar, day),
        "closed": closed_days(calendar, day),
    }


def _closure_text(closure: Closure) -> str:
    if closure.first == closure.last:
        return _("%(day)sは休みます。") % {"day": format_day(closure.first)}
    return _("%(first)sから%(last)sまで休みます。") % {
        "first": format_day(closure.first),
        "last": format_day(closure.last),
    }


def _month_day(day: date) -> str:
    locale = current_locale()
    if locale == EASY:
        return easy_month_day(day)
    return read_aloud(str(format_skeleton("MMMMd", day, locale=locale)))
