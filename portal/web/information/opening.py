"""What every page tells about the call center's hours: open now, or when next."""

from datetime import datetime, timedelta

from msgspec import Struct

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import (
    agreed_ahead,
    clock_text,
    closed_days,
    hours_text,
)
from portal.domain.foundation.program.last_days import Gap, gap
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.resident_page import Page

AHEAD = timedelta(days=30)
"""Extra openings and closures are announced this long before."""


class Opening(Struct, frozen=True):
    """The call center's hours in sentences.

    Attributes:
        sentence: Whether it is open now.
        hours: The daily hours.
        closed: The closed days.
        ahead: Days that differ soon.
        warning: Near the end of the program, that nobody answers on the last usable days.
        note: The line under the telephone number.
    """

    sentence: str
    hours: str
    closed: str
    ahead: tuple[str, ...]
    warning: tuple[str, ...]
    note: str


_KEPT: dict[str, tuple[Program, datetime, Opening]] = {}
"""The sentences of the last minute for which they were asked, by language."""


def opening(page: Page) -> Opening:
    """Return the sentences for the instant of the request; they change with a minute at most."""
    return opening_at(page.site.program, page.request.locale, page.now)


def opening_at(program: Program, locale: str, now: datetime) -> Opening:
    """Return the sentences for an instant (UTC) in the current language, whose locale this is."""
    minute = now.replace(second=0, microsecond=0)
    kept = _KEPT.get(locale)
    if kept is None or kept[0] is not program or kept[1] != minute:
        kept = _KEPT[locale] = (program, minute, _opening(program, minute))
    return kept[2]


def _opening(program: Program, now: datetime) -> Opening:
    calendar, today = program.calendar, jst_date(now)
    ending = gap(program, now)
    return Opening(
        _now_sentence(calendar, now),
        hours_text(calendar, today),
        closed_days(calendar, today),
        tuple(agreed_ahead(calendar, today, today + AHEAD)),
        _ending(ending) if ending is not None else (),
        str(program.texts.telephone or _("日本語、英語、中国語、韓国語で話せます。")),
    )


def _ending(ending: Gap) -> tuple[str, ...]:
    usable = {"day": format_day(ending.usable)}
    if ending.over:
        return (
            _("%(day)sまで、電話はつながりません。") % usable,
            _("このサイトでは、%(day)sまで交換できます。") % usable,
        )
    staffed = {"day": format_day(ending.staffed), "time": clock_text(ending.staffed_until.time())}
    return (
        _("電話で聞けるのは、%(day)sの%(time)sまでです。") % staffed,
        _("交換できるのは、%(day)sまでです。") % usable,
    )


def _now_sentence(calendar: CallCenterCalendar, now: datetime) -> str:
    local = now.astimezone(JST)
    if calendar.is_open(now):
        today = calendar.hours_on(local.date()) or calendar.hours
        return _("いま、電話を受け付けています（今日は%(time)sまで）。") % {
            "time": clock_text(today.closes)
        }
    following = calendar.next_open(now)
    if following is None:
        return _("電話の受け付けは終わりました。")
    return _("いまは受け付け時間の外です。次は%(day)sの%(time)sからです。") % {
        "day": format_day(following.date()),
        "time": clock_text(following.time()),
    }
