"""Record deliveries that an officer enters because the post's data lacks them."""

from datetime import date

from portal.domain.contacts.escalations.call_back_results import call_off
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.queries import absence_key, shipment
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel


def deliver(work: Work, parcel_id: int, day: date) -> AlternativeParcel:
    """Record that a parcel was delivered on ``day`` (JST).

    A call-back that would report it waiting at the post office is called off.

    Raises as ``alternatives.delivery.deliver``.
    """
    parcel = delivery.deliver(work, parcel_id, day)
    row = shipment(work.session, parcel.shipment_id)
    if row is not None and row.absent_on is not None:
        call_off(work, absence_key(row.id))
    return parcel
