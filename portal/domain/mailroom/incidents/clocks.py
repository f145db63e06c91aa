"""The clocks of an incident, counted from the day of knowledge (個人情報保護法施行規則第8条).

The day of knowledge is the first day (通則編ガイドライン 3-5-3): a first report within three to
five days, the final one within thirty, within sixty where somebody meant harm. Closed days count.
Ends are exclusive instants (UTC).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.domain.foundation.clock import day_end, jst_date, last_day_before

FIRST_FROM, FIRST_BY, FINAL_BY, FINAL_BY_MALICIOUS = 3, 5, 30, 60
"""Days, the first of which is the day of knowing."""


class Clock(StrEnum):
    """What must happen in time.

    A contractor is freed from reporting by telling the ward, so that comes first.
    """

    TELL_WARD = "tell_ward"
    FIRST = "first"
    FINAL = "final"


class Pace(StrEnum):
    """The status of a clock: done in time, done late, running, nearly over, over."""

    DONE = "done"
    LATE = "late"
    RUNNING = "running"
    SOON = "soon"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Hand:
    """One clock: ``warn_at`` and ``ends_at`` are instants, ``last_day`` the last day (JST)."""

    clock: Clock
    warn_at: datetime
    ends_at: datetime
    done_at: datetime | None
    pace: Pace

    @property
    def last_day(self) -> date:
        """Return the last day (JST) that is in time."""
        return last_day_before(self.ends_at)


def nth_day_ends(known_at: datetime, days: int) -> datetime:
    """Return the exclusive end of the ``days``-th day; the day of knowledge is the first."""
    return day_end(jst_date(known_at) + timedelta(days=days - 1))


def hands(
    known_at: datetime,
    now: datetime,
    *,
    malicious: bool,
    ward_told_at: datetime | None,
    first_at: datetime | None,
    final_at: datetime | None,
) -> list[Hand]:
    """Return the clocks of an incident.

    ``first_at`` and ``final_at``: when those reports went to the ward.
    """
    last = FINAL_BY_MALICIOUS if malicious else FINAL_BY
    return [
        # at once: the same day, and a warning from the first minute
        _hand(Clock.TELL_WARD, known_at, nth_day_ends(known_at, 1), ward_told_at, now),
        _hand(
            Clock.FIRST,
            nth_day_ends(known_at, FIRST_FROM - 1),
            nth_day_ends(known_at, FIRST_BY),
            first_at,
            now,
        ),
        _hand(
            Clock.FINAL,
            nth_day_ends(known_at, last - 7),
            nth_day_ends(known_at, last),
            final_at,
            now,
        ),
    ]


def _hand(
    clock: Clock, warn_at: datetime, ends_at: datetime, done_at: datetime | None, now: datetime
) -> Hand:
    if done_at is not None:
        pace = Pace.DONE if done_at < ends_at else Pace.LATE
    elif now >= ends_at:
        pace = Pace.OVER
    else:
        pace = Pace.SOON if now >= warn_at else Pace.RUNNING
    return Hand(clock, warn_at, ends_at, done_at, pace)
