"""Outcomes of a parcel that also end the household's request to have it sent again."""

from sqlalchemy import select

from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.services import Posting
from portal.domain.requests.alternatives import delivery, lost_parcels
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.redeliveries.fulfilling import parcel_gone, parcel_posted
from portal.domain.requests.redeliveries.reasons import RedeliveryReason


def repost(work: Work, parcel_id: int, posting: Posting) -> AlternativeParcel:
    """Send a parcel again as ``alternatives.delivery.repost`` does, with its errors.

    A request for it is fulfilled.
    """
    before = work.session.scalar(
        select(AlternativeParcel.shipment_id).where(AlternativeParcel.id == parcel_id)
    )
    parcel = delivery.repost(work, parcel_id, posting)
    if before is not None:
        parcel_posted(work, before)
    return parcel


def restock(work: Work, parcel_id: int) -> AlternativeParcel:
    """Return a parcel to stock as ``alternatives.delivery.restock`` does, with its errors.

    A request for it ends.
    """
    parcel = delivery.restock(work, parcel_id)
    _gone(work, parcel.shipment_id, RedeliveryReason.RESTOCKED)
    return parcel


def resend(work: Work, parcel_id: int) -> AlternativeParcel:
    """Replace a lost parcel as ``alternatives.lost_parcels.resend`` does, with its errors.

    A request for it ends.
    """
    parcel = lost_parcels.resend(work, parcel_id)
    _gone(work, parcel.shipment_id, RedeliveryReason.REPLACED)
    return parcel


def write_off(work: Work, parcel_id: int) -> AlternativeParcel:
    """Write off a lost parcel as ``alternatives.lost_parcels.write_off`` does, with its errors.

    A request for it ends.
    """
    parcel = lost_parcels.write_off(work, parcel_id)
    _gone(work, parcel.shipment_id, RedeliveryReason.LOST)
    return parcel


def _gone(work: Work, shipment_id: int | None, reason: RedeliveryReason) -> None:
    if shipment_id is not None:
        parcel_gone(work, shipment_id, reason)
