"""When people may be disturbed by what they did not ask for: reminders go out by day only."""

from datetime import datetime, timedelta

from portal.domain.foundation.clock import JST, day_start, jst_date

HOURS = (9, 19)


def waking_hours(now: datetime) -> bool:
    """Return whether people may be disturbed now: 9 to 19 o'clock in Japan."""
    return HOURS[0] <= now.astimezone(JST).hour < HOURS[1]


def next_morning(now: datetime) -> datetime | None:
    """Return from when (UTC) people may be disturbed again; None by day."""
    if waking_hours(now):
        return None
    morning = day_start(jst_date(now)) + timedelta(hours=HOURS[0])
    return morning if now < morning else morning + timedelta(days=1)
