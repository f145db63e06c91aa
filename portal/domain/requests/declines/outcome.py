"""Accepts declines, ends them after the issuer's answer, and withdraws them.

Coupon, child and item always change together.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import change
from portal.domain.people.entitlements.services import locked as locked_entitlement
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.declines.items import (
    REASON,
    bind,
    items_of,
    release_child,
    settle,
    step,
)
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import DeclineReason
from portal.domain.requests.declines.states import DECLINE, DeclineState
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, move, set_reply
from portal.domain.requests.requests.states import RequestState


def carry_out(work: Work, row: Request, items: Sequence[DeclineItem]) -> None:
    """Accept items of a locked request: stop the codes, decline each child whose code is void.

    Raises:
        NotAllowedError: the household is held, or a coupon was spent or can never be stopped.
        ConflictError: a child is decided already, or another request is open for it.
    """
    ids = [item.entitlement_id for item in items]
    if any(entitlement.state == "held" for entitlement in bind(work, row, ids)):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、受け入れてください。"), code="held"
        )
    for item in items:
        if DECLINE.can(item.state, "accept"):
            step(work, item, "accept")
        stop = stopping.begin_stop(work, item.entitlement_id, reason=REASON)
        if stop is stopping.Stop.DONE:
            _finish(work, row, item)
    if not settle(work, row):
        move(work, row, "proceed")


def _finish(work: Work, row: Request, item: DeclineItem) -> None:
    step(work, item, "confirm")
    claims.free(work, item.entitlement_id, row.id)
    change(work, item.entitlement_id, "decline")


def _awaiting(session: Session, entitlement_id: int) -> tuple[Request, DeclineItem] | None:
    request_id = session.scalar(
        select(DeclineItem.request_id).where(
            DeclineItem.entitlement_id == entitlement_id,
            DeclineItem.state == DeclineState.AWAITING_STOP,
        )
    )
    if request_id is None:
        return None
    row = locked(session, request_id)
    for item in items_of(session, row.id):
        if item.entitlement_id == entitlement_id and item.state == DeclineState.AWAITING_STOP:
            return row, item
    return None


def stop_confirmed(work: Work, entitlement_id: int) -> Request | None:
    """Decline the child in the transaction in which its coupon became void.

    Returns None when no decline waited for that. A child that is held meanwhile is not declined:
    the request goes back to a reviewer. A child whose decline was withdrawn while the issuer was
    asked gets a new code; with none left, the next assignment gives it one.
    """
    found = _awaiting(work.session, entitlement_id)
    if found is None:
        _give_owed_code(work, entitlement_id)
        return None
    row, item = found
    if locked_entitlement(work.session, entitlement_id).state == "held":
        if row.state == RequestState.IN_PROGRESS:
            move(work, row, "review_again", why="held")
        return row
    _finish(work, row, item)
    _tell(work, row, item)
    return row


def _free_withdrawn(work: Work, entitlement_id: int) -> bool:
    """Release a child whose decline was withdrawn while the issuer was asked, if there is one."""
    entitlement = locked_entitlement(work.session, entitlement_id)
    withdrawn = work.session.scalar(
        select(DeclineItem.request_id).where(
            DeclineItem.entitlement_id == entitlement_id,
            DeclineItem.request_id == entitlement.claim_id,
            DeclineItem.state == DeclineState.WITHDRAWN,
        )
    )
    if withdrawn is None or entitlement.claimed_by != claims.DECLINE:
        return False
    claims.free(work, entitlement_id, withdrawn)
    return True


def _give_owed_code(work: Work, entitlement_id: int) -> None:
    if not _free_withdrawn(work, entitlement_id):
        return
    try:
        stopping.give_back(work, entitlement_id)
    except (ConflictError, NotAllowedError):
        return  # held, or no code is left: the next assignment gives one


def stop_found_spent(work: Work, entitlement_id: int) -> Request | None:
    """Refuse the child's decline because its code was used.

    Returns None when no decline waited for the answer.
    """
    found = _awaiting(work.session, entitlement_id)
    if found is None:
        _free_withdrawn(work, entitlement_id)
        return None
    row, item = found
    step(work, item, "found_spent")
    release_child(work, row, item)
    set_reply(work.vault, row, Reply(DeclineReason.SPENT))
    _tell(work, row, item)
    return row


def _tell(work: Work, row: Request, item: DeclineItem) -> None:
    if settle(work, row) and row.household_id is not None:
        key = f"decline:{row.id}:stopped:{item.id}"
        announce(work, Event(row.household_id, "stopped", key, receipt_no=row.receipt_no))


def withdraw_items(work: Work, row: Request, items: Sequence[DeclineItem]) -> None:
    """Withdraw items of a locked request and give the coupons back, void ones from the reserve.

    While an issuer is being asked, the child stays claimed until the answer (``stop_confirmed``,
    ``stop_found_spent``).

    Raises:
        NotAllowedError: no code is left (``coupon_stock``); nothing has changed then.
    """
    with work.session.begin_nested():
        held = bool(open_holds(work.session, row.household_id or 0))
        for item in items:
            before = item.state
            step(work, item, "withdraw")
            if before == DeclineState.ACCEPTED:
                change(work, item.entitlement_id, "reopen")
                if held:
                    change(work, item.entitlement_id, "hold")
                _give_back(work, item, held=held)
            elif before != DeclineState.AWAITING_STOP:
                release_child(work, row, item)
            elif (
                stopping.live_coupon(work.session, item.entitlement_id) is None
            ):  # void, and a hold came before the end
                release_child(work, row, item)
                _give_back(work, item, held=held)
        work.session.flush()


def _give_back(work: Work, item: DeclineItem, *, held: bool) -> None:
    if held:
        return  # the release gives a code, as to every child that was held
    try:
        stopping.give_back(work, item.entitlement_id)
    except ConflictError as error:
        raise NotAllowedError(
            _("代わりのクーポンが残っていないため、いまは取り下げられません。区にお電話ください。"),
            code="coupon_stock",
        ) from error
