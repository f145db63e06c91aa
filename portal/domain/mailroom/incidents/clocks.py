"""The deadlines of an incident, counted from the day of knowledge (個人情報保護法施行規則第8条).

The day of knowledge is the first day (通則編ガイドライン 3-5-3). The first report is due within
three to five days, the final one within thirty, or within sixty if somebody meant harm. Holidays
count too. Ends are exclusive instants (UTC).
"""

from datetime import date, datetime, timedelta

from msgspec import Struct

from portal.domain.foundation.clock import day_end, jst_date, last_day_before
from portal.domain.foundation.texts import Labeled, _s

FIRST_FROM, FIRST_BY, FINAL_BY, FINAL_BY_MALICIOUS = 3, 5, 30, 60
"""Days, of which the day of knowledge is the first."""


class Clock(Labeled):
    """The steps with a deadline.

    By informing the ward, a contractor is freed from reporting itself, so that comes first.
    """

    TELL_WARD = "tell_ward", lambda: _s("区に知らせる（すぐに）")
    FIRST = "first", lambda: _s("事故報告書（速報）: 3〜5日")
    FINAL = "final", lambda: _s("事故報告書（確報）: 30日、悪意なら60日")


class Pace(Labeled):
    """The status of a deadline: met, met late, running, nearly over, over."""

    DONE = "done", lambda: _s("すみ")
    LATE = "late", lambda: _s("すみ（期限のあと）")
    RUNNING = "running", lambda: _s("期限前")
    SOON = "soon", lambda: _s("もうすぐ期限")
    OVER = "over", lambda: _s("期限を過ぎました")


class Milestones(Struct, frozen=True):
    """The instants (UTC) from which an incident's deadlines count, and those that meet them.

    ``first_at`` and ``final_at`` are when those reports were submitted to the ward.
    """

    known_at: datetime
    malicious: bool = False
    ward_told_at: datetime | None = None
    first_at: datetime | None = None
    final_at: datetime | None = None


class Hand(Struct, frozen=True):
    """One deadline as of ``now``; ``warn_at`` and ``ends_at`` (exclusive) are instants (UTC)."""

    clock: Clock
    warn_at: datetime
    ends_at: datetime
    done_at: datetime | None
    now: datetime

    @property
    def pace(self) -> Pace:
        """The status of the deadline."""
        if self.done_at is not None:
            return Pace.DONE if self.done_at < self.ends_at else Pace.LATE
        if self.now >= self.ends_at:
            return Pace.OVER
        return Pace.SOON if self.now >= self.warn_at else Pace.RUNNING

    @property
    def last_day(self) -> date:
        """The last day (JST) that is in time."""
        return last_day_before(self.ends_at)


def nth_day_ends(known_at: datetime, days: int) -> datetime:
    """Return the exclusive end of the ``days``-th day; the day of knowledge is the first."""
    return day_end(jst_date(known_at) + timedelta(days=days - 1))


def hands(milestones: Milestones, now: datetime) -> list[Hand]:
    """Return the deadlines of an incident as of ``now``."""
    known_at = milestones.known_at
    last = FINAL_BY_MALICIOUS if milestones.malicious else FINAL_BY

    def day_ends(days: int) -> datetime:
        return nth_day_ends(known_at, days)

    return [
        # "at once" means the same day, with a warning from the first minute
        Hand(Clock.TELL_WARD, known_at, day_ends(1), milestones.ward_told_at, now),
        Hand(Clock.FIRST, day_ends(FIRST_FROM - 1), day_ends(FIRST_BY), milestones.first_at, now),
        Hand(Clock.FINAL, day_ends(last - 7), day_ends(last), milestones.final_at, now),
    ]
