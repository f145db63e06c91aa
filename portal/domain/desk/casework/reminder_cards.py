"""Cards to households who have their letter but never signed in.

They go out six and three weeks before the end.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.announcements.silence import drop_silenced
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT

EVENT = "not_signed_in"
STAGES = (21, 42)
"""Days before the last day on which each card is due; the later card first, so that it wins."""
AT_ONCE = 200


def stage(window: Window, now: datetime) -> int | None:
    """Return the card that is due now, as days before the last day, or None."""
    if not window.is_open(now):
        return None
    left = window.days_left(now)
    return next((days for days in STAGES if left <= days), None)


def due_households(session: Session, window: Window, now: datetime) -> list[int]:
    """Return the households to write to now.

    Their letter was delivered, its ID was never used, and something is left to receive. Excluded
    are held, protected and removed households, those with a death, and those written to since this
    card was due.
    """
    days = stage(window, now)
    if days is None:
        return []
    informed = select(Announcement.household_id).where(
        Announcement.event == EVENT,
        Announcement.created_at >= day_start(window.last_day - timedelta(days=days)),
    )
    waiting = select(Entitlement.household_id).where(
        Entitlement.state == ENTITLEMENT.initial, Entitlement.claimed_by.is_(None)
    )
    latest = (
        select(func.max(Shipment.id))
        .where(Shipment.letter_id.is_not(None))
        .group_by(Shipment.household_id)
    )
    statement = (
        select(Letter.household_id)
        .join(Shipment, Shipment.letter_id == Letter.id)
        .join(Credential, Credential.id == Letter.credential_id)
        .where(
            Letter.kind == CREDENTIAL_LETTER,
            Letter.state == LetterState.HANDED_OVER,
            Shipment.state == ShipmentState.DELIVERED,
            Shipment.id.in_(latest),
            Credential.state == CredentialState.ISSUED,
            Letter.household_id.in_(waiting),
            Letter.household_id.not_in(informed),
        )
        .order_by(Letter.household_id)
    )
    return drop_silenced(session, session.scalars(statement).all())


def write_to(work: Work, window: Window, household_ids: Collection[int]) -> None:
    """Queue the due card for these households, each only once however often this is called."""
    days = stage(window, work.now)
    if days is None:
        return
    for household_id in household_ids:
        key = f"{EVENT}:{window.last_day}:{days}:{household_id}"
        announce(work, Event(household_id, EVENT, key, due=window.last_day))
