"""Fulfills redeliveries: the print run made the letter, or the parcel was posted again."""

from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.work import Work
from portal.domain.requests.redeliveries.announcing import News, tell
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import RedeliveryCase, case_of
from portal.domain.requests.redeliveries.reasons import RedeliveryReason
from portal.domain.requests.redeliveries.states import (
    OPEN,
    REDELIVERY,
    MissingItem,
    RedeliveryState,
)
from portal.domain.requests.requests.deciders import end_proposal
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.kinds import Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close, locked, set_reply


def lock_approved(session: Session, household_ids: Collection[int]) -> None:
    """Lock approved redeliveries of letters, so that none is withdrawn while its letter is made."""
    session.execute(_approved(household_ids).with_for_update(of=Request)).all()


def letters_printed(work: Work, household_ids: Collection[int]) -> int:
    """Record that the new letters of these households are printed.

    Returns how many redeliveries that fulfills.
    """
    found = list(work.session.scalars(_approved(household_ids)))
    for request_id in found:
        _fulfill(work, request_id)
    return len(found)


def letters_posted(work: Work, household_ids: Collection[int]) -> int:
    """Tell households, once per request, that the letter they asked for again was posted.

    Returns how many households had asked.
    """
    newest = (
        select(func.max(Request.id))
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.in_(household_ids),
            Redelivery.item == MissingItem.LETTER,
            Redelivery.state == RedeliveryState.FULFILLED,
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
        tell(work, RedeliveryCase(request, row), News.POSTED)
    return len(found)


def parcel_posted(work: Work, shipment_id: int) -> int:
    """Record that the parcel of a shipment was posted again.

    Returns how many redeliveries that fulfills. The parcels desk may post again without waiting for
    a decision: that approves an undecided request.
    """
    found = _open_of(work.session, shipment_id)
    for request_id in found:
        _fulfill(work, request_id)
    return len(found)


def parcel_gone(work: Work, shipment_id: int, reason: RedeliveryReason) -> int:
    """Refuse the requests for a parcel that will not be posted again, and tell its household.

    Returns how many requests that ends.
    """
    found = _open_of(work.session, shipment_id)
    for request_id in found:
        case = case_of(work.session, locked(work.session, request_id))
        case.row.state = REDELIVERY.next(case.row.state, "refuse")
        case.row.decided_at = case.row.changed_at = work.now
        set_reply(work.vault, case.request, Reply(reason))
        end_proposal(work, case.request)
        close(work, case.request, Result.REFUSED, reason=reason.value)
        tell(work, case, News.REFUSED)
    return len(found)


def _open_of(session: Session, shipment_id: int) -> list[int]:
    waiting = select(Redelivery.request_id).where(
        Redelivery.shipment_id == shipment_id, Redelivery.state.in_(OPEN)
    )
    return list(session.scalars(waiting.order_by(Redelivery.request_id)))


def _fulfill(work: Work, request_id: int) -> None:
    case = case_of(work.session, locked(work.session, request_id))
    row = case.row
    if row.state == REDELIVERY.initial:
        row.state, row.decided_at = REDELIVERY.next(row.state, "approve"), work.now
    row.state, row.changed_at = REDELIVERY.next(row.state, "fulfill"), work.now
    close(work, case.request, Result.FULFILLED)


def _approved(household_ids: Collection[int]) -> Select[int]:
    return (
        select(Request.id)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.in_(household_ids),
            Redelivery.item == MissingItem.LETTER,
            Redelivery.state == RedeliveryState.APPROVED,
        )
        .order_by(Request.id)
    )
