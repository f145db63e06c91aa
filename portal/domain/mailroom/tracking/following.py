"""From an event of the post to our shipment, letter or parcel, and to the household that must know of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_backs import call_off
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import absence_key
from portal.domain.letters.shipments.services import PARCEL
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.mailroom.tracking.models import TrackingEvent
from portal.domain.mailroom.tracking.words import DECISIVE, STORAGE_ENDED, Status
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.requests.absences import tell_absence

ACTION_TO = {"at_post_office": "absent", "delivered": "deliver", "returning": "return"}


def follow(
    session: Session,
    vault: Vault,
    program: Program,
    row: Shipment,
    event: TrackingEvent,
    actor: Actor,
    now: datetime,
) -> bool | None:
    """Move a shipment to where its latest event leads, and tell the household.

    Returns True when it moved, False when the machine has no such step (people look), None when nothing was to do.
    """
    target = DECISIVE[Status(event.status)]
    if row.state == target or (row.state == "returned" and target == "returning"):
        return None
    if not SHIPMENT.can(row.state, ACTION_TO[target]):
        return False
    try:
        with session.begin_nested():
            _step(session, vault, program, row, target, event, actor, now)
    except DomainError:
        # a parcel whose child is held: a person must look first
        return False
    _tell(session, vault, program, row, event, actor, now)
    return True


def _step(
    session: Session,
    vault: Vault,
    program: Program,
    row: Shipment,
    target: str,
    event: TrackingEvent,
    actor: Actor,
    now: datetime,
) -> None:
    parcel = None
    if row.kind == PARCEL:
        parcel = session.scalar(
            select(AlternativeParcel.id).where(AlternativeParcel.shipment_id == row.id)
        )
    if target == "returning":
        # a parcel is back in stock only when it lies on our table: alternatives.delivery.come_back
        shipments.return_(session, row.id, actor, now)
    elif target == "at_post_office":
        if parcel is None:
            shipments.absent(session, row.id, event.happened_on, actor, now)
        else:
            delivery.absent(session, vault, program, parcel, event.happened_on, actor, now)
    elif parcel is None:
        shipments.deliver(session, row.id, event.happened_on, actor, now)
    else:
        delivery.deliver(session, parcel, event.happened_on, actor, now)


def _tell(
    session: Session,
    vault: Vault,
    program: Program,
    row: Shipment,
    event: TrackingEvent,
    actor: Actor,
    now: datetime,
) -> None:
    if row.state == "at_post_office":
        tell_absence(session, vault, program, row, now)
        return
    if row.absent_on is not None:
        call_off(session, absence_key(row.id), actor, now)
    if row.state == "returning" and STORAGE_ENDED in event.detail:
        announce(session, vault, row.household_id, "came_back", f"shipment:{row.id}:came_back", now)
