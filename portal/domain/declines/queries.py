"""Reading declines: a household's children, and who declined how."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.declines.models import DeclineItem
from portal.domain.declines.states import LIVE
from portal.domain.entitlements.models import Entitlement
from portal.domain.households.models import Child
from portal.domain.requests import kinds
from portal.domain.requests.models import Request
from portal.domain.requests.states import OPEN


@dataclass(frozen=True, slots=True)
class ChildDecline:
    """One child's decline that is under way or done: its number in the household, its state and the receipt number."""

    ordinal: int
    state: str
    receipt_no: str

    @property
    def is_done(self) -> bool:
        """Tell whether the child is declined."""
        return self.state == "accepted"


def declines_of_household(session: Session, household_id: int) -> dict[int, ChildDecline]:
    """Return the children with a decline under way or done, by their numbers in the household."""
    rows = session.execute(
        select(Child.ordinal, DeclineItem.state, Request.receipt_no)
        .select_from(Request)
        .join(DeclineItem, DeclineItem.request_id == Request.id)
        .join(Entitlement, Entitlement.id == DeclineItem.entitlement_id)
        .join(Child, Child.id == Entitlement.child_id)
        .where(Request.household_id == household_id, DeclineItem.state.in_(LIVE))
    )
    return {ordinal: ChildDecline(ordinal, state, number) for ordinal, state, number in rows}


def ordinals_of(session: Session, request_id: int, states: Sequence[str] = ()) -> list[int]:
    """Return the numbers of the children of a request (in these states, or all)."""
    statement = (
        select(Child.ordinal)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .join(DeclineItem, DeclineItem.entitlement_id == Entitlement.id)
        .where(DeclineItem.request_id == request_id)
        .order_by(Child.ordinal)
    )
    if states:
        statement = statement.where(DeclineItem.state.in_(states))
    return list(session.scalars(statement))


def wish_of(session: Session, household_id: int) -> Request | None:
    """Return a wish to decline that was told on the telephone and waits for the resident's own declaration."""
    has_items = select(DeclineItem.id).where(DeclineItem.request_id == Request.id).exists()
    return session.scalars(
        select(Request)
        .where(
            Request.household_id == household_id,
            Request.kind == kinds.DECLINE,
            Request.state.in_(OPEN),
            ~has_items,
        )
        .order_by(Request.id.desc())
        .limit(1)
    ).first()
