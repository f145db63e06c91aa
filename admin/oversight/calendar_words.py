"""How the business calendar formats hours and days, and the banner near its end."""

from portal.domain.foundation.program.calendar import Closure, Hours, HoursOverride
from portal.domain.foundation.program.day_text import weekday_name
from portal.domain.foundation.program.last_days import Gap
from portal.domain.foundation.texts import _s

__all__ = ["agreed_days_text", "gap_text", "hours", "weekday_name"]


def hours(found: Hours | None) -> str:
    """Format the hours of a day: 9:00–17:00."""
    if found is None:
        return _s("休み")
    opens, closes = (f"{time.hour}:{time.minute:02}" for time in (found.opens, found.closes))
    return f"{opens}–{closes}"


def agreed_days_text(agreed: HoursOverride | Closure) -> str:
    """Format the agreed day or days, with the weekday."""
    if isinstance(agreed, HoursOverride):
        return f"{agreed.day.isoformat()} ({weekday_name(agreed.day)})"
    first = f"{agreed.first.isoformat()} ({weekday_name(agreed.first)})"
    if agreed.first == agreed.last:
        return first
    return f"{first} – {agreed.last.isoformat()} ({weekday_name(agreed.last)})"


def gap_text(gap: Gap) -> str:
    """Return the warning that nobody answers on the last usable days."""
    values = {
        "staffed": gap.staffed.isoformat(),
        "time": f"{gap.staffed_until.hour}:{gap.staffed_until.minute:02}",
        "usable": gap.usable.isoformat(),
    }
    if gap.over:
        return (
            _s(
                "電話の受付は %(staffed)s %(time)s に終わりました。クーポンの交換は "
                "%(usable)s まで続きます。"
            )
            % values
        )
    return (
        _s(
            "電話の受付は %(staffed)s %(time)s までです。クーポンの交換は %(usable)s "
            "まで続きます。問い合わせた人に伝えてください。"
        )
        % values
    )
