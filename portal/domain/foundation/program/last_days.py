"""The gap at the end: nobody answers any more while the coupon can still be exchanged.

See ``security.md`` A22.
"""

from datetime import date, datetime, timedelta

from msgspec import Struct

from portal.domain.foundation.clock import JST, day_start
from portal.domain.foundation.program.schema import Program

MENTIONED_DAYS = 30
"""The gap is mentioned from this many days before the last usable day.

For 31 December, from the 1st.
"""


class Gap(Struct, frozen=True):
    """The gap: ``staffed_until`` (JST instant) and ``usable``, the last usable day.

    The telephone closes for the last time at ``staffed_until``; ``over``: it has done so already.
    """

    staffed_until: datetime
    usable: date
    over: bool

    @property
    def staffed(self) -> date:
        """The last day on which somebody answers."""
        return self.staffed_until.date()


def gap(program: Program, now: datetime) -> Gap | None:
    """Return the gap between the last staffed and the last usable day while it is to be mentioned.

    That is from thirty days before the last usable day until that day is over, whatever the month;
    None at other times.
    """
    window, calendar = program.windows.exchange, program.calendar
    usable = window.last_day
    if now < day_start(usable - timedelta(days=MENTIONED_DAYS)) or window.is_over(now):
        return None
    last = calendar.last_staffed_day(until=usable)
    hours = calendar.hours_on(last) if last is not None else None
    if last is None or hours is None or last == usable:
        return None
    until = datetime.combine(last, hours.closes, tzinfo=JST)
    return Gap(until, usable, over=now >= until)
