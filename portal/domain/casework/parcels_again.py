"""A parcel that came back goes to the post again, and the household's request for that is fulfilled with it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.alternatives import delivery
from portal.domain.alternatives.models import AlternativeParcel
from portal.domain.program.schema import Program
from portal.domain.redeliveries.fulfilling import parcel_posted
from portal.domain.vault import Vault


def repost(
    session: Session, vault: Vault, program: Program, parcel_id: int, day: date, mail_class: str, tracking_no: str,
    actor: Actor, now: datetime,
) -> AlternativeParcel:  # fmt: skip
    """Send a parcel again as ``alternatives.delivery.repost`` does, with its errors; a request for it is fulfilled."""
    before = session.scalar(select(AlternativeParcel.shipment_id).where(AlternativeParcel.id == parcel_id))
    parcel = delivery.repost(session, vault, program, parcel_id, day, mail_class, tracking_no, actor, now)
    if before is not None:
        parcel_posted(session, before, actor, now)
    return parcel
