"""A parcel that the post lost: found again, replaced, or given up; its pieces are written off before anything else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments import services as shipments
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.delivery import shipment_in_mail
from portal.domain.requests.alternatives.items import settle, step
from portal.domain.requests.alternatives.models import AlternativeItem, AlternativeParcel
from portal.domain.requests.alternatives.packing import lock_parcel, refuse_held
from portal.domain.requests.requests.services import touch


def lose(session: Session, parcel_id: int, actor: Actor, now: datetime) -> AlternativeParcel:
    """Note that the post says it lost it; somebody then decides what follows. Raises WrongStateError."""
    row, parcel, items = lock_parcel(session, parcel_id)
    shipments.lose(session, shipment_in_mail(session, parcel).id, actor, now)
    for item in items:
        step(session, item, "lose", actor, now)
    touch(row, now)
    return parcel


def find(session: Session, parcel_id: int, actor: Actor, now: datetime) -> AlternativeParcel:
    """Note that the post found it, before anything else was decided: it is on its way again. Raises WrongStateError."""
    row, parcel, items = lock_parcel(session, parcel_id)
    _refuse_not_lost(items)
    shipments.find(session, shipment_in_mail(session, parcel).id, actor, now)
    for item in items:
        step(session, item, "find", actor, now)
    touch(row, now)
    return parcel


def resend(session: Session, parcel_id: int, actor: Actor, now: datetime) -> AlternativeParcel:
    """Decide that a lost parcel is replaced: its pieces are written off, its children get others, packed by two people.

    Raises:
        NotAllowedError: the household is held, or has no address any more; as ``packing.refuse_held``.
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided before.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    _refuse_not_lost(items)
    refuse_held(session, row, items, actor)
    stock.lose(session, items, parcel.id, actor, now)
    for item in items:
        step(session, item, "resend", actor, now, parcel=parcel.id)
        item.parcel_id = None
        stock.reserve_again(session, item, actor, now)
    touch(row, now)
    session.flush()
    return parcel


def write_off(session: Session, parcel_id: int, actor: Actor, now: datetime) -> AlternativeParcel:
    """Decide that a lost parcel is not replaced: its children's rights wait for the ward, a reviewer ends the request.

    Raises:
        NotFoundError: there is no such parcel. WrongStateError: it is not lost, or this was decided before.
    """
    row, parcel, items = lock_parcel(session, parcel_id)
    _refuse_not_lost(items)
    stock.lose(session, items, parcel.id, actor, now)
    for item in items:
        step(session, item, "write_off", actor, now)
    touch(row, now)
    settle(session, row, actor, now)
    return parcel


def _refuse_not_lost(items: Sequence[AlternativeItem]) -> None:
    if not items or any(item.state != "lost" for item in items):
        raise WrongStateError(
            _s("郵便局がなくした小包だけを、こうできます。もう決まっているかもしれません。")
        )
