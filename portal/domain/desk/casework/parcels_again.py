"""What becomes of a parcel, together with the household's request to have it again: fulfilled with it, or ended with it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.requests.alternatives import delivery, lost_parcels
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.redeliveries.fulfilling import parcel_gone, parcel_posted


def repost(
    session: Session,
    vault: Vault,
    program: Program,
    parcel_id: int,
    day: date,
    mail_class: str,
    tracking_no: str,
    actor: Actor,
    now: datetime,
) -> AlternativeParcel:
    """Send a parcel again as ``alternatives.delivery.repost`` does, with its errors; a request for it is fulfilled."""
    before = session.scalar(
        select(AlternativeParcel.shipment_id).where(AlternativeParcel.id == parcel_id)
    )
    parcel = delivery.repost(
        session, vault, program, parcel_id, day, mail_class, tracking_no, actor, now
    )
    if before is not None:
        parcel_posted(session, before, actor, now)
    return parcel


def restock(
    session: Session, vault: Vault, program: Program, parcel_id: int, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Lay a parcel into stock as ``alternatives.delivery.restock`` does, with its errors; a request for it ends."""
    parcel = delivery.restock(session, program, parcel_id, actor, now)
    _gone(session, vault, parcel.shipment_id, "restocked", actor, now)
    return parcel


def resend(
    session: Session, vault: Vault, parcel_id: int, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Replace a lost parcel as ``alternatives.lost_parcels.resend`` does, with its errors; a request for it ends."""
    parcel = lost_parcels.resend(session, parcel_id, actor, now)
    _gone(session, vault, parcel.shipment_id, "replaced", actor, now)
    return parcel


def write_off(
    session: Session, vault: Vault, parcel_id: int, actor: Actor, now: datetime
) -> AlternativeParcel:
    """Give a lost parcel up as ``alternatives.lost_parcels.write_off`` does, with its errors; a request for it ends."""
    parcel = lost_parcels.write_off(session, parcel_id, actor, now)
    _gone(session, vault, parcel.shipment_id, "lost", actor, now)
    return parcel


def _gone(
    session: Session,
    vault: Vault,
    shipment_id: int | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    if shipment_id is not None:
        parcel_gone(session, vault, shipment_id, reason, actor, now)
