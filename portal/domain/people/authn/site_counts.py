"""Counts of the whole site in rows that nobody waits for.

What happens is added to one of several rows of the running slot, taken by chance; a total sums the
slots of the last while by their keys. Decision 0029 says why. What follows from a total holds until
an instant that stands in a row of its own.
"""

import secrets
from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import table_of
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket

_BUCKETS = table_of(ThrottleBucket)
# built once: most sign-ins run it
_HELD = select(_BUCKETS.c.blocked_until).where(_BUCKETS.c.key == bindparam("name"))
PLACES = 8
"""Rows that share the count of one slot, so that those who count do not wait for each other."""


class SiteCount(Struct, frozen=True):
    """What is counted under a limit's name, over its seconds, in slots of the given length."""

    limit: throttles.Limit
    slot: timedelta

    @property
    def window(self) -> timedelta:
        """How far back a total reaches, up to one slot more."""
        return timedelta(seconds=self.limit.seconds)

    def add(self, session: Session, now: datetime) -> None:
        """Count one."""
        place = secrets.randbelow(PLACES)
        throttles.count_try(session, self.limit.of(f"{self._number(now)}:{place}"), now)

    def total(self, session: Session, now: datetime) -> int:
        """Return how many were counted in the window, up to one slot more."""
        counted = select(func.sum(ThrottleBucket.count)).where(self._within(self._slots(now)))
        return int(session.scalar(counted) or 0)

    def falls_below(self, session: Session, most: int, now: datetime) -> datetime:
        """Return from when the total is less than ``most``, if nothing more is counted."""
        slots = self._slots(now)
        rows = select(ThrottleBucket.key, ThrottleBucket.count).where(self._within(slots))
        counts: Counter[int] = Counter()
        for key, count in session.execute(rows):
            counts[int(key.split(":")[1])] += count
        left, oldest = counts.total(), slots.start
        while left >= most:
            left -= counts[oldest]
            oldest += 1
        seconds = (oldest + len(slots) - 1) * self.slot.total_seconds()
        return datetime.fromtimestamp(seconds, now.tzinfo)

    def _slots(self, now: datetime) -> range:
        running = self._number(now)
        return range(running - self.window // self.slot, running + 1)

    def _within(self, slots: range) -> ColumnElement[bool]:
        return ThrottleBucket.key.in_(
            self.limit.of(f"{slot}:{place}").stored_key for slot in slots for place in range(PLACES)
        )

    def _number(self, now: datetime) -> int:
        return int(now.timestamp() // self.slot.total_seconds())


def held_until(session: Session, key: str, now: datetime) -> datetime | None:
    """Return until when what the row of a key says holds; None if it does not."""
    until: datetime | None = session.scalar(_HELD, {"name": key})
    return until if until is not None and until > now else None
