"""Items of a decline: stepped by the machine, made binding, released, closed with the request."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE, OPEN, DeclineState
from portal.domain.requests.requests.kinds import Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close

REASON = "decline"
_RESULTS = {DeclineState.ACCEPTED: Result.ACCEPTED, DeclineState.WITHDRAWN: Result.WITHDRAWN}


class LockedRows(Struct, frozen=True):
    """Entitlements and coupons as the caller read and locked them, to save reading them again."""

    rights: Sequence[claims.Claimable]
    coupons: stopping.Live


def items_of(session: Session, request_id: int) -> list[DeclineItem]:
    """Return the items of a request in the order of its children.

    Whoever writes them has locked the request.
    """
    statement = (
        select(DeclineItem)
        .where(DeclineItem.request_id == request_id)
        .order_by(DeclineItem.entitlement_id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def step(work: Work, item: DeclineItem, action: str) -> DeclineItem:
    """Take one step of the machine on an item of a locked request and log it.

    Raises WrongStateError.
    """
    before = item.state
    item.state = DECLINE.next(before, action)
    item.changed_at = work.now
    record(
        work,
        f"decline.{action}",
        "decline_item",
        item.id,
        household_id=work.session.get_one(Request, item.request_id).household_id,
        request=item.request_id,
        before=before,
        after=item.state,
    )
    return item


def bind(work: Work, row: Request, entitlement_ids: Sequence[int]) -> Sequence[claims.Claimable]:
    """Claim children for a decline and hide their coupons; all of them or none.

    Raises:
        ConflictError: a child is decided already, or another request is open for it.
        NotAllowedError: its coupon was spent, or was shown and can never be stopped.
    """
    household_id = row.household_id or 0
    rows = claims.claim(work, household_id, entitlement_ids, claims.DECLINE, row.id)
    stopping.hide_all(work, [one.id for one in rows], household_id, reason=REASON)
    return rows


def bind_locked(work: Work, row: Request, locked: LockedRows) -> None:
    """Do the same as ``bind`` for rows that the caller has locked and checked."""
    household_id, ids = row.household_id or 0, [right.id for right in locked.rights]
    claims.claim(work, household_id, ids, claims.DECLINE, row.id, read=locked.rights)
    stopping.hide_all(work, ids, household_id, reason=REASON, read=locked.coupons)


def release_child(work: Work, row: Request, item: DeclineItem) -> None:
    """Release child and coupon after its part of the request ended without a decline."""
    held = work.session.scalar(
        select(Entitlement.claim_id).where(Entitlement.id == item.entitlement_id)
    )
    if held != row.id:
        return  # it was never binding (late, unclear, wrong signer), or another request claims it
    claims.free(work, item.entitlement_id, row.id)
    stopping.unhide(work, item.entitlement_id)


def result_of(items: Iterable[DeclineItem]) -> Result:
    """Return the request's result: what all items became, or ``PARTLY`` where they differ."""
    ends = {DeclineState(item.state) for item in items}
    if len(ends) == 1:
        return _RESULTS.get(ends.pop(), Result.REFUSED)
    # a child that a correction left out says nothing about the others
    ends.discard(DeclineState.WITHDRAWN)
    if ends == {DeclineState.ACCEPTED}:
        return Result.ACCEPTED
    return Result.REFUSED if ends == {DeclineState.REFUSED} else Result.PARTLY


def settle(work: Work, row: Request) -> bool:
    """Close the request when none of its items is open any more; returns whether it was closed."""
    work.session.flush()
    items = items_of(work.session, row.id)
    if any(item.state in OPEN for item in items):
        return False
    close(work, row, result_of(items))
    return True


def recount(session: Session, row: Request, items: Iterable[DeclineItem]) -> None:
    """Set children and yen of a request to the sums of its items."""
    gone = {DeclineState.WITHDRAWN, DeclineState.REFUSED}
    ids = [item.entitlement_id for item in items if item.state not in gone]
    amounts = session.scalars(select(Entitlement.amount_yen).where(Entitlement.id.in_(ids))).all()
    row.children, row.amount_yen = len(amounts), sum(amounts)
