"""Reads open additions and changes, and what an old household's timeline must not reveal."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.people.coupons.models import Coupon
from portal.domain.people.households.models import Household
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


def leaving(households: Select[int]) -> Select[int]:
    """Return the keys of the requests by which children leave these households.

    A request names no household before it is accepted, but whoever reads it reads of this one.
    """
    return select(RecipientChange.request_id).where(
        RecipientChange.from_household_id.in_(households)
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
        protected = select(Household.id).where(Household.protected.is_(True))
        query = query.where(Request.ward_only.is_(False), Request.id.not_in(leaving(protected)))
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


def is_hidden(hidden: Hidden, event: Row[Any]) -> bool:
    """Return whether an event (``subject``, ``subject_id``, ``at``) is among the hidden ones."""
    period = hidden.get((event.subject, event.subject_id or 0))
    return (
        period is not None
        and period[0] <= event.at
        and (period[1] is None or event.at <= period[1])
    )
