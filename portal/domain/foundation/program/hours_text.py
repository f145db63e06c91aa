"""The telephone's hours and closed days as text, alike on pages, letters and forms."""

from datetime import date, datetime, time

from babel.dates import format_skeleton, get_day_names

from portal.domain.foundation.clock import JST
from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.program.calendar import CallCenterCalendar, Closure
from portal.domain.foundation.program.day_text import EASY, easy_month_day, format_day
from portal.domain.foundation.texts import _, current_locale

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
    """Return a time of day: 午前9時, 9:00."""
    locale = current_locale()
    if locale not in {"ja", EASY}:
        return f"{at.hour}:{at.minute:02}"
    half, hour = ("午前", at.hour) if at.hour < 12 else ("午後", at.hour - 12)
    minutes = f"{at.minute}分" if at.minute else ""
    if locale == "ja":
        return f"{half}{hour}時{minutes}"
    easy_half = "{午前|ごぜん}" if half == "午前" else "{午後|ごご}"
    easy_minutes = f"{at.minute}{{分|ふん}}" if at.minute else ""
    return read_numbers(f"{easy_half}{hour}{{時|じ}}{easy_minutes}")


def instant_text(instant: datetime) -> str:
    """Return day and time of an instant in Japanese time."""
    there = instant.astimezone(JST)
    return f"{format_day(there.date())} {clock_text(there.time())}"


def hours_text(calendar: CallCenterCalendar) -> str:
    """Return the usual hours: 午前9時から午後5時まで."""
    return _("%(opens)sから%(closes)sまで") % {
        "opens": clock_text(calendar.hours.opens),
        "closes": clock_text(calendar.hours.closes),
    }


def closed_days(calendar: CallCenterCalendar) -> str:
    """Return the usual closed days as a list in words."""
    locale = current_locale()
    names = get_day_names("wide", locale=locale)
    days = [str(names[day]) for day in sorted(calendar.weekly_closed)]
    if locale == EASY:
        days = [f"{{{day}|{EASY_DAYS[day[0]]}ようび}}" for day in days]
    if calendar.national_holidays:
        days.append(_("祝日"))
    for closure in calendar.yearly_closures:
        first, last = (date(2024, *pair) for pair in (closure.first, closure.last))
        days.append(
            _("%(first)sから%(last)s") % {"first": _month_day(first), "last": _month_day(last)}
        )
    return _("、").join(days)


def reception_text(calendar: CallCenterCalendar) -> str:
    """Return hours and closed days in one line, for forms and receipts on paper."""
    return f"{_('受付時間')}: {hours_text(calendar)}　{_('休み')}: {closed_days(calendar)}"


def agreed_ahead(calendar: CallCenterCalendar, first: date, last: date) -> list[str]:
    """Return a sentence for each exceptional day from ``first`` to ``last``, the next first."""
    dated: list[tuple[date, str]] = []
    for override in calendar.overrides:
        if not (first <= override.day <= last and calendar.is_within(override.day)):
            continue
        day = format_day(override.day)
        if override.hours is None:
            dated.append((override.day, _("%(day)sは休みます。") % {"day": day}))
            continue
        values = {
            "day": day,
            "opens": clock_text(override.hours.opens),
            "closes": clock_text(override.hours.closes),
        }
        dated.append(
            (override.day, _("%(day)sは、%(opens)sから%(closes)sまで受け付けます。") % values)
        )
    dated += [
        (closure.first, _closure_text(closure))
        for closure in calendar.closures
        if closure.first <= last and closure.last >= first and calendar.is_within(closure.first)
    ]
    return [sentence for _day, sentence in sorted(dated)]


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
    return str(format_skeleton("MMMMd", day, locale=locale))
