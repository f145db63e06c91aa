"""Applies the issuer's answer about a coupon to the alternative that waits for it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import (
    items_of,
    lock_entitlements,
    locked_request,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.reasons import AlternativeReason
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import set_reply


def stop_confirmed(work: Work, entitlement_id: int) -> Request | None:
    """Reserve the pieces of a child whose coupon is void now, or give back a coupon that is owed.

    Returns None when no alternative waited for the answer.
    """
    found = _waiting(work.session, entitlement_id)
    if found is None:
        return None
    row, item = found
    lock_entitlements(work.session, [item])
    if item.coupon_owed:
        _pay_coupon(work, item)
        return row
    step(work, item, "confirm")
    item.stopped_at = work.now
    stock.reserve(work, item)
    _tell_stopped(work, row, item)
    return row


def _pay_coupon(work: Work, item: AlternativeItem) -> None:
    item.coupon_owed = False
    claims.free(work, item.entitlement_id, item.request_id)
    try:
        with work.session.begin_nested():
            stopping.give_back(work, item.entitlement_id)
    except (ConflictError, NotAllowedError):
        return  # no code is left, or the child is held: the next assignment gives one


def stop_found_spent(work: Work, entitlement_id: int) -> Request | None:
    """Refuse a child whose code was used before it could be stopped; its coupon stays as it is.

    Returns None when no alternative waited for the answer.
    """
    found = _waiting(work.session, entitlement_id)
    if found is None:
        return None
    row, item = found
    lock_entitlements(work.session, [item])
    claims.free(work, item.entitlement_id, row.id)
    if item.coupon_owed:
        item.coupon_owed = False
        return row
    step(work, item, "found_spent")
    item.decided_at = work.now
    set_reply(work.vault, row, Reply(AlternativeReason.SPENT))
    settle(work, row)
    _tell_stopped(work, row, item)
    return row


def _waiting(session: Session, entitlement_id: int) -> tuple[Request, AlternativeItem] | None:
    """Return the item that waits for the issuer's answer about a child, its request locked."""
    claim_id = session.scalar(
        select(Entitlement.claim_id).where(
            Entitlement.id == entitlement_id, Entitlement.claimed_by == claims.ALTERNATIVE
        )
    )
    if claim_id is None:
        return None
    row = locked_request(session, claim_id)
    for item in items_of(session, row.id):
        if item.entitlement_id == entitlement_id and (
            item.state == AlternativeState.AWAITING_STOP or item.coupon_owed
        ):
            return row, item
    return None


def _tell_stopped(work: Work, row: Request, item: AlternativeItem) -> None:
    key = f"alternative:{row.id}:stopped:{item.id}"
    announce(work, Event(item.household_id, "stopped", key, receipt_no=row.receipt_no))
