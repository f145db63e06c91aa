"""What somebody notes by hand of a shipment that the post's own data did not tell."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_backs import call_off
from portal.domain.foundation.actors import Actor
from portal.domain.letters.shipments.queries import absence_key, shipment
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel


def deliver(
    session: Session, parcel_id: int, day: date, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Note that a parcel was handed over on ``day`` (JST); nobody is told any more that it waits at the post office.

    Raises: as ``alternatives.delivery.deliver``.
    """
    parcel = delivery.deliver(session, parcel_id, day, actor, now)
    row = shipment(session, parcel.shipment_id)
    if row is not None and row.absent_on is not None:
        call_off(session, absence_key(row.id), actor, now)
    return parcel
