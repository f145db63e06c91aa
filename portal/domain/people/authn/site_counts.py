"""Counts of the whole site in rows that nobody waits for.

What happens is added to one of several rows of the running slot, taken by chance; a total sums the
slots of the last while by their keys. Decision 0029 says why.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket

PLACES = 8
"""Rows that share the count of one slot, so that those who count do not wait for each other."""


@dataclass(frozen=True, slots=True)
class SiteCount:
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
        last = self._number(now)
        slots = range(last - self.window // self.slot, last + 1)
        keys = [
            self.limit.of(f"{slot}:{place}").stored_key for slot in slots for place in range(PLACES)
        ]
        total = session.scalar(
            select(func.sum(ThrottleBucket.count)).where(ThrottleBucket.key.in_(keys))
        )
        return int(total or 0)

    def slot_end(self, now: datetime) -> datetime:
        """Return when the running slot ends and the oldest one no longer counts."""
        seconds = (self._number(now) + 1) * self.slot.total_seconds()
        return datetime.fromtimestamp(seconds, now.tzinfo)

    def _number(self, now: datetime) -> int:
        return int(now.timestamp() // self.slot.total_seconds())
