"""Failed sign-ins of the whole site, counted together (T5 of ``security.md`` §2).

And beside how many families they failed: on opening day honest slips alone are hundreds.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import RESIDENT
from portal.domain.people.authn.site_counts import SiteCount, held_until

SLOW_KEY, FLOOD_KEY = "t5:slow", "t5:flood"
FAILED = SiteCount(throttles.Limit("t5", 0, 5 * 60), slot=timedelta(seconds=30))
WINDOW = FAILED.window


def is_slow(session: Session, now: datetime) -> bool:
    """Return whether unknown devices have to wait."""
    return held_until(session, SLOW_KEY, now) is not None


def count_failure(session: Session, now: datetime) -> None:
    """Count a refused sign-in, whether or not its ID exists."""
    FAILED.add(session, now)


def failures(session: Session, now: datetime) -> int:
    """Return the failed sign-ins of the last five minutes, up to half a minute more."""
    return FAILED.total(session, now)


def families(session: Session, now: datetime) -> int:
    """Return how many families' right passwords began a session in the last five minutes.

    Each counts once, however often it comes, so that nobody with one letter can hide an attack.
    """
    came = select(func.count(AuthSession.owner_id.distinct())).where(
        AuthSession.site == RESIDENT,
        AuthSession.ends_at > now,
        AuthSession.created_at > now - WINDOW,
    )
    return int(session.scalar(came) or 0)
