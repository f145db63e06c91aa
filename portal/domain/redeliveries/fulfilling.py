"""Carrying redeliveries out: the print run made the letter, or the parcel went to the post again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.redeliveries.models import Redelivery
from portal.domain.redeliveries.queries import LETTER, redelivery_of
from portal.domain.redeliveries.states import OPEN, REDELIVERY
from portal.domain.requests.kinds import FULFILLED
from portal.domain.requests.models import Request
from portal.domain.requests.services import locked, move

APPROVED = "approved"


def lock_approved(session: Session, household_ids: Collection[int]) -> None:
    """Lock the requests of approved redeliveries of letters, so that none is taken back while its letter is made."""
    session.execute(_approved(household_ids).with_for_update(of=Request)).all()


def letters_printed(session: Session, household_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Note that the new letters of these households are printed; returns how many redeliveries that fulfills."""
    found = list(session.scalars(_approved(household_ids)))
    for request_id in found:
        _fulfill(session, request_id, actor, now)
    return len(found)


def parcel_posted(session: Session, shipment_id: int, actor: Actor, now: datetime) -> int:
    """Note that the parcel of a shipment went to the post again; returns how many redeliveries that fulfills.

    The desk that packs may send again without waiting for a decision: an undecided request is then approved by it.
    """
    found = list(
        session.scalars(
            select(Redelivery.request_id).where(
                Redelivery.shipment_id == shipment_id, Redelivery.state.in_(OPEN)
            )
        )
    )
    for request_id in found:
        _fulfill(session, request_id, actor, now)
    return len(found)


def _fulfill(session: Session, request_id: int, actor: Actor, now: datetime) -> None:
    request = locked(session, request_id)
    row = redelivery_of(session, request_id, lock=True)
    if row.state == REDELIVERY.initial:
        row.state, row.decided_at = REDELIVERY.next(row.state, "approve"), now
    row.state, row.changed_at = REDELIVERY.next(row.state, "fulfill"), now
    move(session, request, "close", actor, now, result=FULFILLED)


def _approved(household_ids: Collection[int]) -> Select[int]:
    return (
        select(Request.id)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.in_(household_ids), Redelivery.item == LETTER, Redelivery.state == APPROVED
        )
        .order_by(Request.id)
    )
