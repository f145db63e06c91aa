"""Carrying redeliveries out: the print run made the letter, or the parcel went to the post again."""

from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.reach import reach, reach_of_replaced
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, SESSION, redelivery_of
from portal.domain.requests.redeliveries.states import OPEN, REDELIVERY
from portal.domain.requests.redeliveries.words import REASONS
from portal.domain.requests.requests.four_eyes import proposal_of
from portal.domain.requests.requests.kinds import FULFILLED, REFUSED
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, move, set_reply

APPROVED = "approved"


def lock_approved(session: Session, household_ids: Collection[int]) -> None:
    """Lock the requests of approved redeliveries of letters, so that none is taken back while its letter is made."""
    session.execute(_approved(household_ids).with_for_update(of=Request)).all()


def letters_printed(work: Work, household_ids: Collection[int]) -> int:
    """Note that the new letters of these households are printed.

    Returns how many redeliveries that fulfills.
    """
    found = list(work.session.scalars(_approved(household_ids)))
    for request_id in found:
        _fulfill(work, request_id)
    return len(found)


def letters_posted(work: Work, household_ids: Collection[int]) -> int:
    """Tell households that the letter they asked for again went to the post.

    Each newest request is told of once.

    Returns how many households had asked.
    """
    newest = (
        select(func.max(Request.id))
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.in_(household_ids),
            Redelivery.item == LETTER,
            Redelivery.state == "fulfilled",
        )
        .group_by(Request.household_id)
    )
    found = work.session.execute(
        select(Request, Redelivery)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(Request.id.in_(newest))
        .order_by(Request.id)
    ).all()
    for request, row in found:
        household_id = request.household_id or 0
        way = reach(work.session, household_id)
        if way.row is None and (row.proof == SESSION or row.confirmed_at is not None):
            way = reach_of_replaced(
                work.session, household_id
            )  # printing the letter replaced the account
        tell(work, request, row, "posted", card=False, way=way)
    return len(found)


def parcel_posted(work: Work, shipment_id: int) -> int:
    """Note that the parcel of a shipment went to the post again.

    Returns how many redeliveries that fulfills.

    The desk that packs may send again without waiting for a decision: an undecided request is then
    approved by it.
    """
    found = _open_of(work.session, shipment_id)
    for request_id in found:
        _fulfill(work, request_id)
    return len(found)


def parcel_gone(work: Work, shipment_id: int, reason: str) -> int:
    """End what asks for a parcel that will not go out again, and tell its household.

    Returns how many requests that ends.

    ``reason`` is one of ``words.REASONS``: the pieces are in stock again, or lost, or others are
    sent instead.
    """
    if reason not in REASONS:
        raise ValueError("no reason that a resident can read")
    found = _open_of(work.session, shipment_id)
    for request_id in found:
        request = locked(work.session, request_id)
        row = redelivery_of(work.session, request_id, lock=True)
        row.state = REDELIVERY.next(row.state, "refuse")
        row.decided_at = row.changed_at = work.now
        set_reply(work.vault, request, reason, "")
        if (proposal := proposal_of(work.session, request_id)) is not None:
            turn_down(work, proposal.id, household_id=request.household_id)
        move(work, request, "close", result=REFUSED, reason=reason)
        tell(work, request, row, "decided", card=True)
    return len(found)


def _open_of(session: Session, shipment_id: int) -> list[int]:
    waiting = select(Redelivery.request_id).where(
        Redelivery.shipment_id == shipment_id, Redelivery.state.in_(OPEN)
    )
    return list(session.scalars(waiting.order_by(Redelivery.request_id)))


def _fulfill(work: Work, request_id: int) -> None:
    request = locked(work.session, request_id)
    row = redelivery_of(work.session, request_id, lock=True)
    if row.state == REDELIVERY.initial:
        row.state, row.decided_at = REDELIVERY.next(row.state, "approve"), work.now
    row.state, row.changed_at = REDELIVERY.next(row.state, "fulfill"), work.now
    move(work, request, "close", result=FULFILLED)


def _approved(household_ids: Collection[int]) -> Select[int]:
    return (
        select(Request.id)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.in_(household_ids),
            Redelivery.item == LETTER,
            Redelivery.state == APPROVED,
        )
        .order_by(Request.id)
    )
