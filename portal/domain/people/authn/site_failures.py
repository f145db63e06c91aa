"""Failed sign-ins of the whole site, counted together (T5 of ``security.md`` §2).

Decision 0029 says why in rows that nobody waits for.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket

SLOT = timedelta(seconds=30)
PLACES = 8
"""Rows that share the count of one slot, so that failures do not wait for each other."""
SLOW_KEY = "t5:slow"
_SLOTS = throttles.Limit("t5", 0, 5 * 60)
WINDOW = timedelta(seconds=_SLOTS.seconds)


def held_until(session: Session, key: str, now: datetime) -> datetime | None:
    """Return until when a level of danger holds; None if it does not."""
    until = session.scalar(select(ThrottleBucket.blocked_until).where(ThrottleBucket.key == key))
    return until if until is not None and until > now else None


def is_slow(session: Session, now: datetime) -> bool:
    """Return whether unknown devices have to wait."""
    return held_until(session, SLOW_KEY, now) is not None


def _slot(now: datetime) -> int:
    return int(now.timestamp() // SLOT.total_seconds())


def count_failure(session: Session, now: datetime) -> None:
    """Count a refused sign-in, whether or not its ID exists."""
    place = secrets.randbelow(PLACES)
    throttles.count_try(session, _SLOTS.of(f"{_slot(now)}:{place}"), now)


def failures(session: Session, now: datetime) -> int:
    """Return the failed sign-ins of the last five minutes, up to half a minute more."""
    last = _slot(now)
    slots = range(last - WINDOW // SLOT, last + 1)
    keys = [_SLOTS.of(f"{slot}:{place}").stored_key for slot in slots for place in range(PLACES)]
    total = session.scalar(
        select(func.sum(ThrottleBucket.count)).where(ThrottleBucket.key.in_(keys))
    )
    return int(total or 0)
