"""Reads open additions and changes, and what an old household's timeline must not reveal."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.people.coupons.models import Coupon
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.states import OPEN, ChangeState
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState

# built once: building a statement takes as long as running it
CHANGES_FROM = (
    select(RecipientChange)
    .where(RecipientChange.from_household_id == bindparam("household_id"))
    .order_by(RecipientChange.id)
)


def open_requests(session: Session, *, include_protected: bool, limit: int = 100) -> list[Request]:
    """Return additions and changes that are not closed, oldest first.

    ``include_protected``: also those that only the ward may know of.
    """
    query = select(Request).where(
        Request.kind.in_((RequestKind.ADDITION, RequestKind.RECIPIENT_CHANGE)),
        Request.state != RequestState.CLOSED,
    )
    if not include_protected:
        query = query.where(Request.ward_only.is_(False))
    return list(session.scalars(query.order_by(Request.id).limit(limit)))


Hidden = dict[tuple[str, int], tuple[datetime, datetime | None]]
"""Events by subject and its key, and from when until when (UTC; None: for ever) they are hidden."""


def hidden_from_contractors(session: Session, household_id: int) -> Hidden:
    """Return which events of a household's timeline are visible to the ward only.

    An agent who answers the old householder must not know why a child is "under confirmation".
    """
    found: Hidden = {}
    for item in session.scalars(CHANGES_FROM, {"household_id": household_id}):
        ends = item.changed_at if item.state not in {*OPEN, ChangeState.MOVED} else None
        found[("entitlement", item.entitlement_id)] = (item.created_at, ends)
        for coupon_id in session.scalars(
            select(Coupon.id).where(Coupon.entitlement_id == item.entitlement_id)
        ):
            found[("coupon", coupon_id)] = (item.created_at, ends)
    return found
