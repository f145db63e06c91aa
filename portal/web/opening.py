"""What every page says about the telephone: open now or when next, in the reader's words."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_skeleton, get_day_names

from portal.domain.clock import JST
from portal.domain.program.calendar import CallCenterCalendar
from portal.domain.program.day_text import format_day
from portal.domain.texts import _, current_locale
from portal.platform.page import Page

EASY = "ja@easy"


@dataclass(frozen=True, slots=True)
class Opening:
    """``sentence``: open or not, now; ``hours`` the daily hours; ``closed`` the closed days; ``warning`` near the end."""

    sentence: str
    hours: str
    closed: str
    warning: str


def clock_text(moment: time) -> str:
    """Return a time of day: 午前9時, 9:00."""
    locale = current_locale()
    if locale not in {"ja", EASY}:
        return f"{moment.hour}:{moment.minute:02}"
    half, hour = ("午前", moment.hour) if moment.hour < 12 else ("午後", moment.hour - 12)
    minutes = f"{moment.minute}分" if moment.minute else ""
    if locale == "ja":
        return f"{half}{hour}時{minutes}"
    easy_half = "{午前|ごぜん}" if half == "午前" else "{午後|ごご}"
    easy_minutes = f"{moment.minute}{{分|ふん}}" if moment.minute else ""
    return f"{easy_half}{hour}{{時|じ}}{easy_minutes}"


def closed_days(calendar: CallCenterCalendar) -> str:
    """Return the closed days of a calendar as a list in words."""
    locale = current_locale()
    names = get_day_names("wide", locale=locale)
    days = [str(names[day]) for day in sorted(calendar.weekly_closed)]
    if locale == EASY:
        days = [
            "{" + d.removesuffix("曜日") + "曜日|" + {"土": "ど", "日": "にち"}.get(d[0], d[0]) + "ようび}"
            for d in days
        ]
    if calendar.national_holidays:
        days.append(_("祝日"))
    for closure in calendar.yearly_closures:
        first, last = (date(2023, *pair) for pair in (closure.first, closure.last))
        days.append(_("%(first)sから%(last)s") % {"first": _month_day(first), "last": _month_day(last)})
    return _("、").join(days)


def _month_day(day: date) -> str:
    locale = current_locale()
    if locale == EASY:
        return f"{day.month}{{月|がつ}}{day.day}{{日|にち}}"
    return str(format_skeleton("MMMMd", day, locale=locale))


def instant_text(moment: datetime) -> str:
    """Return day and time of an instant, as in Japan."""
    there = moment.astimezone(JST)
    return f"{format_day(there.date())} {clock_text(there.time())}"


def opening(page: Page) -> Opening:
    """Return what to say at the instant of the request."""
    calendar = page.site.program.calendar
    now = page.now
    hours = calendar.hours
    both = _("%(opens)sから%(closes)sまで") % {
        "opens": clock_text(hours.opens),
        "closes": clock_text(hours.closes),
    }
    warning = ""
    last = calendar.last_staffed_day(page.site.program.windows.exchange.last_day)
    if last is not None and last < page.site.program.windows.exchange.last_day:
        end = datetime.combine(last, hours.closes, tzinfo=JST)
        if end - timedelta(days=31) <= now < end:
            warning = _("電話で聞けるのは、%(day)sの%(time)sまでです。") % {
                "day": format_day(last), "time": clock_text(hours.closes),
            }  # fmt: skip
    return Opening(_now_sentence(calendar, now), both, closed_days(calendar), warning)


def _now_sentence(calendar: CallCenterCalendar, now: datetime) -> str:
    local = now.astimezone(JST)
    if calendar.is_open(now):
        today = calendar.hours_on(local.date()) or calendar.hours
        return _("いま、電話を受け付けています（今日は%(time)sまで）。") % {"time": clock_text(today.closes)}
    following = calendar.next_open(now)
    if following is None:
        return _("電話の受け付けは終わりました。")
    return _("いまは受け付け時間の外です。次は%(day)sの%(time)sからです。") % {
        "day": format_day(following.date()), "time": clock_text(following.time()),
    }  # fmt: skip
