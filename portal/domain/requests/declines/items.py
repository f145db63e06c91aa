"""Items of a decline.

Stepped by the machine, made binding for coupon and child, let go, and closed with the request.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move

REASON = "decline"
OPEN = ("submitted", "returned_for_correction", "unclear", "awaiting_stop")


def items_of(session: Session, request_id: int) -> list[DeclineItem]:
    """Return the items of a request in the order of its children.

    Whoever writes them locked the request before.
    """
    statement = (
        select(DeclineItem)
        .where(DeclineItem.request_id == request_id)
        .order_by(DeclineItem.entitlement_id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def step(work: Work, row: Request, item: DeclineItem, action: str) -> DeclineItem:
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
        household_id=row.household_id,
        request=row.id,
        before=before,
        after=item.state,
    )
    return item


def bind(
    work: Work,
    row: Request,
    entitlement_ids: Sequence[int],
    *,
    read: Sequence[claims.Claimable] | None = None,
    coupons: stopping.Live | None = None,
) -> Sequence[claims.Claimable]:
    """Keep other requests away from these children and hide their coupons; all of them or none.

    ``read`` and ``coupons`` are their rows as the caller read and locked them (``claim``,
    ``hide_all``).

    Raises:
        ConflictError: a child is decided already, or another request is open for it.
        NotAllowedError: its coupon was spent, or was shown and can never be stopped.
    """
    household_id = row.household_id or 0
    rows = claims.claim(work, household_id, entitlement_ids, claims.DECLINE, row.id, read=read)
    stopping.hide_all(work, [one.id for one in rows], household_id, reason=REASON, read=coupons)
    return rows


def let_go(work: Work, row: Request, item: DeclineItem) -> None:
    """Give child and coupon back after its part of the request ended without a decline."""
    held = work.session.scalar(
        select(Entitlement.claim_id).where(Entitlement.id == item.entitlement_id)
    )
    if held != row.id:
        return  # it was never binding (late, unclear, not signed by who may), or another request has it
    claims.free(work, item.entitlement_id, row.id)
    stopping.unhide(work, item.entitlement_id)


def result_of(items: Iterable[DeclineItem]) -> str:
    """Return the request's result: what all items became, or that they differ."""
    ends = {item.state for item in items}
    if len(ends) == 1:
        return {"accepted": kinds.ACCEPTED, "withdrawn": kinds.WITHDRAWN}.get(
            ends.pop(), kinds.REFUSED
        )
    ends.discard("withdrawn")  # a child left out in a correction says nothing about the others
    return result_of_one(ends)


def result_of_one(ends: set[str]) -> str:
    """Return the result of states that remain after withdrawn ones were set aside."""
    if ends == {"accepted"}:
        return kinds.ACCEPTED
    return kinds.REFUSED if ends == {"refused"} else kinds.PARTLY


def settle(work: Work, row: Request) -> bool:
    """Close the request when none of its items is open any more; returns whether it was closed."""
    work.session.flush()
    items = items_of(work.session, row.id)
    if any(item.state in OPEN for item in items):
        return False
    move(work, row, "close", result=result_of(items))
    return True


def recount(session: Session, row: Request, items: Iterable[DeclineItem]) -> None:
    """Put children and yen of the request's own items into its row."""
    ids = [item.entitlement_id for item in items if item.state not in {"withdrawn", "refused"}]
    amounts = session.scalars(select(Entitlement.amount_yen).where(Entitlement.id.in_(ids))).all()
    row.children, row.amount_yen = len(amounts), sum(amounts)
