"""Items of an alternative: stepped under the request's lock, and closed together with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.states import (
    ALTERNATIVE,
    FOR_WARD,
    LIVE,
    AlternativeState,
)
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close, locked, move, warn
from portal.domain.requests.requests.states import RequestState

REASON = "alternative"
_RESULTS = {
    AlternativeState.DELIVERED: Result.DELIVERED,
    AlternativeState.RESTOCKED: Result.RESTOCKED,
    AlternativeState.WRITTEN_OFF: Result.LOST,
    AlternativeState.REFUSED: Result.REFUSED,
    AlternativeState.WITHDRAWN: Result.WITHDRAWN,
}


def items_of(session: Session, request_id: int) -> list[AlternativeItem]:
    """Return the items of a request in the order of its children, fresh.

    Whoever writes them locked the request.
    """
    statement = (
        select(AlternativeItem)
        .where(AlternativeItem.request_id == request_id)
        .order_by(AlternativeItem.ordinal, AlternativeItem.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def locked_request(session: Session, request_id: int, household_id: int | None = None) -> Request:
    """Return a request for a paper alternative, locked.

    With ``household_id`` only that household's own.

    Raises:
        NotFoundError: there is none.
    """
    row = locked(session, request_id)
    if row.kind != RequestKind.ALTERNATIVE or household_id not in {None, row.household_id}:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


def lock_entitlements(session: Session, items: Iterable[AlternativeItem]) -> dict[int, Entitlement]:
    """Lock the children's entitlements in the order in which everybody does; by key."""
    rows = session.scalars(
        select(Entitlement)
        .where(Entitlement.id.in_(sorted({item.entitlement_id for item in items})))
        .order_by(Entitlement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def step(work: Work, item: AlternativeItem, action: str, **detail: Any) -> AlternativeItem:
    """Take one step of the machine on an item of a locked request and log it.

    Raises WrongStateError.
    """
    before = item.state
    item.state, item.changed_at = ALTERNATIVE.next(before, action), work.now
    record(
        work,
        f"alternative.{action}",
        "alternative_item",
        item.id,
        household_id=item.household_id,
        request=item.request_id,
        before=before,
        after=item.state,
        **detail,
    )
    work.session.flush()
    return item


def release_child(work: Work, item: AlternativeItem) -> None:
    """Release child and coupon after its part of the request ended without paper."""
    held = work.session.scalar(
        select(Entitlement.claim_id).where(Entitlement.id == item.entitlement_id)
    )
    if held != item.request_id:
        return  # it was never binding (late, wrong signer), or another request claims it
    stopping.unhide(work, item.entitlement_id)
    claims.free(work, item.entitlement_id, item.request_id)


def result_of(items: Sequence[AlternativeItem]) -> Result:
    """Return the result of a request whose items have all ended; ``PARTLY`` where they differ."""
    ends = {AlternativeState(item.state) for item in items}
    return _RESULTS[ends.pop()] if len(ends) == 1 else Result.PARTLY


def settle(work: Work, row: Request) -> bool:
    """Close a locked request when none of its items is live any more; returns whether it did.

    Where a parcel was restocked, or lost for good, the ward decides about its children: the request
    goes back to a reviewer.
    """
    items = items_of(work.session, row.id)
    if any(item.state in LIVE for item in items):
        return False
    open_questions = [
        state.value for state in FOR_WARD if any(item.state == state for item in items)
    ]
    if row.state == RequestState.IN_PROGRESS and open_questions:
        warn(row, tuple(dict.fromkeys((*row.warnings, *open_questions))), work.now)
        move(work, row, "review_again", why=open_questions[0])
        return False
    close(work, row, result_of(items))
    return True
