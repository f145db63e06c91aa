"""Accepting, its end after the issuer's answer, and taking back: coupon, child and item always change together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import change
from portal.domain.people.entitlements.services import locked as locked_entitlement
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.declines.items import REASON, bind, items_of, let_go, settle, step
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, move, set_reply

SPENT = "spent"


def carry_out(
    session: Session, row: Request, items: Sequence[DeclineItem], actor: Actor, now: datetime
) -> None:
    """Accept items of a locked request: codes are stopped, and a child whose code is void is declined at once.

    Raises:
        NotAllowedError: the household is held, or a coupon was spent or can never be stopped.
        ConflictError: a child is decided already, or another request is open for it.
    """
    ids = [item.entitlement_id for item in items]
    if any(entitlement.state == "held" for entitlement in bind(session, row, ids, actor, now)):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、受け入れてください。"), code="held"
        )
    for item in items:
        if DECLINE.can(item.state, "accept"):
            step(session, row, item, "accept", actor, now)
        stop = stopping.begin_stop(session, item.entitlement_id, actor, now, reason=REASON)
        if stop is stopping.Stop.DONE:
            _finish(session, row, item, actor, now)
    if not settle(session, row, actor, now):
        move(session, row, "proceed", actor, now)


def _finish(session: Session, row: Request, item: DeclineItem, actor: Actor, now: datetime) -> None:
    step(session, row, item, "confirm", actor, now)
    claims.free(session, item.entitlement_id, row.id, actor, now)
    change(session, item.entitlement_id, "decline", actor, now)


def _awaiting(session: Session, entitlement_id: int) -> tuple[Request, DeclineItem] | None:
    request_id = session.scalar(
        select(DeclineItem.request_id).where(
            DeclineItem.entitlement_id == entitlement_id, DeclineItem.state == "awaiting_stop"
        )
    )
    if request_id is None:
        return None
    row = locked(session, request_id)
    for item in items_of(session, row.id):
        if item.entitlement_id == entitlement_id and item.state == "awaiting_stop":
            return row, item
    return None


def stop_confirmed(
    session: Session,
    vault: Vault,
    program: Program,  # noqa: ARG001  (one signature for all kinds of requests)
    entitlement_id: int,
    actor: Actor,
    now: datetime,
) -> Request | None:
    """Decline the child in the transaction in which its coupon became void; None when no decline waited for that.

    A child that is held meanwhile is not declined: the request goes back to a reviewer. A child whose decline was
    taken back while the issuer was asked gets a fresh code; with none left, the next assignment gives it one.
    """
    found = _awaiting(session, entitlement_id)
    if found is None:
        _give_owed(session, entitlement_id, actor, now)
        return None
    row, item = found
    if locked_entitlement(session, entitlement_id).state == "held":
        if row.state == "in_progress":
            move(session, row, "review_again", actor, now, why="held")
        return row
    _finish(session, row, item, actor, now)
    _tell(session, vault, row, item, actor, now)
    return row


def _free_withdrawn(session: Session, entitlement_id: int, actor: Actor, now: datetime) -> bool:
    """Give a child back whose decline was taken back while the issuer was asked; tells whether there is such one."""
    entitlement = locked_entitlement(session, entitlement_id)
    taken_back = session.scalar(
        select(DeclineItem.request_id).where(
            DeclineItem.entitlement_id == entitlement_id,
            DeclineItem.request_id == entitlement.claim_id,
            DeclineItem.state == "withdrawn",
        )
    )
    if taken_back is None or entitlement.claimed_by != claims.DECLINE:
        return False
    claims.free(session, entitlement_id, taken_back, actor, now)
    return True


def _give_owed(session: Session, entitlement_id: int, actor: Actor, now: datetime) -> None:
    if not _free_withdrawn(session, entitlement_id, actor, now):
        return
    try:
        stopping.give_back(session, entitlement_id, actor, now)
    except (ConflictError, NotAllowedError):
        return  # held, or no code is left: the next assignment gives one


def stop_found_spent(
    session: Session,
    vault: Vault,
    program: Program,  # noqa: ARG001  (one signature for all kinds of requests)
    entitlement_id: int,
    actor: Actor,
    now: datetime,
) -> Request | None:
    """Refuse the child's decline because its code was used; None when no decline waited for the answer."""
    found = _awaiting(session, entitlement_id)
    if found is None:
        _free_withdrawn(session, entitlement_id, actor, now)
        return None
    row, item = found
    step(session, row, item, "found_spent", actor, now)
    let_go(session, row, item, actor, now)
    set_reply(vault, row, SPENT, "")
    _tell(session, vault, row, item, actor, now)
    return row


def _tell(
    session: Session, vault: Vault, row: Request, item: DeclineItem, actor: Actor, now: datetime
) -> None:
    if settle(session, row, actor, now) and row.household_id is not None:
        announce(
            session,
            vault,
            row.household_id,
            "stopped",
            f"decline:{row.id}:stopped:{item.id}",
            now,
            receipt_no=row.receipt_no,
        )


def take_back(
    session: Session, row: Request, items: Sequence[DeclineItem], actor: Actor, now: datetime
) -> None:
    """Take items of a locked request back: children go on, coupons come back; after a void from the reserve.

    While an issuer is being asked, the child stays claimed until its answer (``stop_confirmed``, ``stop_found_spent``).

    Raises:
        NotAllowedError: no code is left (``coupon_stock``); nothing has changed then.
    """
    with session.begin_nested():
        held = bool(open_holds(session, row.household_id or 0))
        for item in items:
            before = item.state
            step(session, row, item, "withdraw", actor, now)
            if before == "accepted":
                change(session, item.entitlement_id, "reopen", actor, now)
                if held:
                    change(session, item.entitlement_id, "hold", actor, now)
                _give_back(session, item, actor, now, held=held)
            elif before != "awaiting_stop":
                let_go(session, row, item, actor, now)
            elif (
                stopping.live_coupon(session, item.entitlement_id) is None
            ):  # void, and a hold came before the end
                let_go(session, row, item, actor, now)
                _give_back(session, item, actor, now, held=held)
        session.flush()


def _give_back(
    session: Session, item: DeclineItem, actor: Actor, now: datetime, *, held: bool
) -> None:
    if held:
        return  # the release gives a code, as to every child that was held
    try:
        stopping.give_back(session, item.entitlement_id, actor, now)
    except ConflictError as error:
        raise NotAllowedError(
            _("代わりのクーポンが残っていないため、いまは取り下げられません。区にお電話ください。"),
            code="coupon_stock",
        ) from error
