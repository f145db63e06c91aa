"""What somebody notes by hand of a shipment that the post's own data did not tell."""

from datetime import date

from portal.domain.contacts.escalations.call_backs import call_off
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.queries import absence_key, shipment
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel


def deliver(work: Work, parcel_id: int, day: date) -> AlternativeParcel:
    """Note that a parcel was handed over on ``day`` (JST).

    Nobody is told any more that it waits at the post office.

    Raises: as ``alternatives.delivery.deliver``.
    """
    parcel = delivery.deliver(work, parcel_id, day)
    row = shipment(work.session, parcel.shipment_id)
    if row is not None and row.absent_on is not None:
        call_off(work, absence_key(row.id))
    return parcel
