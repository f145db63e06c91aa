"""What the issuer's answer about a coupon does to the alternative that waits for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
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
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import set_reply

SPENT = "spent"


def stop_confirmed(
    session: Session,
    vault: Vault,
    program: Program,  # noqa: ARG001  (the signature of every kind of request)
    entitlement_id: int,
    actor: Actor,
    now: datetime,
) -> Request | None:
    """Go on with a child whose coupon is void now: pieces are promised, or a coupon that is owed is given back.

    None when no alternative waited for the answer.
    """
    found = _waiting(session, entitlement_id)
    if found is None:
        return None
    row, item = found
    lock_entitlements(session, [item])
    if item.coupon_owed:
        _pay_coupon(session, item, actor, now)
        return row
    step(session, item, "confirm", actor, now)
    item.stopped_at = now
    stock.reserve(session, item, actor, now)
    _tell_stopped(session, vault, row, item, now)
    return row


def _pay_coupon(session: Session, item: AlternativeItem, actor: Actor, now: datetime) -> None:
    item.coupon_owed = False
    claims.free(session, item.entitlement_id, item.request_id, actor, now)
    try:
        with session.begin_nested():
            stopping.give_back(session, item.entitlement_id, actor, now)
    except (ConflictError, NotAllowedError):
        return  # no code is left, or the child is held: the next assignment gives one


def stop_found_spent(
    session: Session,
    vault: Vault,
    program: Program,  # noqa: ARG001  (the signature of every kind of request)
    entitlement_id: int,
    actor: Actor,
    now: datetime,
) -> Request | None:
    """Refuse a child whose code was used before it could be stopped; its coupon stays as it is.

    None when no alternative waited for the answer.
    """
    found = _waiting(session, entitlement_id)
    if found is None:
        return None
    row, item = found
    lock_entitlements(session, [item])
    claims.free(session, item.entitlement_id, row.id, actor, now)
    if item.coupon_owed:
        item.coupon_owed = False
        return row
    step(session, item, "found_spent", actor, now)
    item.decided_at = now
    set_reply(vault, row, SPENT, "")
    settle(session, row, actor, now)
    _tell_stopped(session, vault, row, item, now)
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
            item.state == "awaiting_stop" or item.coupon_owed
        ):
            return row, item
    return None


def _tell_stopped(
    session: Session, vault: Vault, row: Request, item: AlternativeItem, now: datetime
) -> None:
    announce(
        session,
        vault,
        item.household_id,
        "stopped",
        f"alternative:{row.id}:stopped:{item.id}",
        now,
        receipt_no=row.receipt_no,
    )
