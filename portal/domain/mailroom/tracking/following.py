"""Follow the post's events: move shipments, letters and parcels, and inform their households."""

from collections.abc import Mapping

from sqlalchemy import select

from portal.domain.contacts.escalations.call_back_results import call_off
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.mail import ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import absence_key
from portal.domain.letters.shipments.states import SHIPMENT, ShipmentState
from portal.domain.mailroom.tracking.models import TrackingEvent
from portal.domain.mailroom.tracking.words import DECISIVE, STORAGE_ENDED, Status
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.requests.absences import announce_absence

ACTION_TO: Mapping[ShipmentState, str] = {
    ShipmentState.AT_POST_OFFICE: "absent",
    ShipmentState.DELIVERED: "deliver",
    ShipmentState.RETURNING: "return",
}
"""The step of a shipment that leads to a state."""


def follow(work: Work, row: Shipment, event: TrackingEvent) -> bool | None:
    """Move a shipment to the state to which its latest event leads, and inform the household.

    Returns True if it moved, False if its state allows no such step (an officer decides), and None
    if it is there already.
    """
    target = DECISIVE[Status(event.status)]
    if row.state == target or (
        row.state == ShipmentState.RETURNED and target is ShipmentState.RETURNING
    ):
        return None
    if not SHIPMENT.can(row.state, ACTION_TO[target]):
        return False
    try:
        with work.session.begin_nested():
            _step(work, row, target, event)
    except DomainError:
        # for example a parcel whose child is held, about which people must decide
        return False
    _inform_household(work, row, event)
    return True


def _step(work: Work, row: Shipment, target: ShipmentState, event: TrackingEvent) -> None:
    parcel = None
    if row.kind == ItemKind.PARCEL:
        parcel = work.session.scalar(
            select(AlternativeParcel.id).where(AlternativeParcel.shipment_id == row.id)
        )
    if target is ShipmentState.RETURNING:
        # a parcel counts as returned only when it is received: alternatives.delivery.come_back
        shipments.return_(work, row.id)
    elif target is ShipmentState.AT_POST_OFFICE:
        absence = shipments.Absence(event.happened_on)
        if parcel is None:
            shipments.absent(work, row.id, absence)
        else:
            delivery.absent(work, parcel, absence)
    elif parcel is None:
        shipments.deliver(work, row.id, event.happened_on)
    else:
        delivery.deliver(work, parcel, event.happened_on)


def _inform_household(work: Work, row: Shipment, event: TrackingEvent) -> None:
    if row.state == ShipmentState.AT_POST_OFFICE:
        announce_absence(work, row)
        return
    if row.absent_on is not None:
        call_off(work, absence_key(row.id))
    if row.state == ShipmentState.RETURNING and STORAGE_ENDED in event.detail:
        announce(
            work, Event(row.household_id, ProgressEvent.CAME_BACK, f"shipment:{row.id}:came_back")
        )
