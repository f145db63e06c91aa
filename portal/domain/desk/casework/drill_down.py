"""The children behind a figure of the start page, without those the reader may not know of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.deliveries import reached_by
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.people.entitlements.claims import RECIPIENT_CHANGE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household

PAGE = 50


@dataclass(frozen=True, slots=True)
class EntitlementRow:
    """One child in a state, without personal data; ``ordinal`` is its number in the household."""

    id: int
    household_id: int
    ordinal: int
    amount_yen: int
    claimed_by: str | None
    changed_at: datetime


class Listed(Struct, frozen=True):
    """The number of children in a list, and their yen."""

    children: int
    yen: int


class Behind(Struct, frozen=True):
    """Which children are listed: of a state, or those who were reached in a way.

    ``claimed``: only those with an open request.
    """

    of: str | DeliveredMeans
    claimed: bool = False


def children_behind(
    session: Session, wanted: Behind, after: int, *, include_protected: bool
) -> list[EntitlementRow]:
    """Return a page of children after a key and one more, ordered by key."""
    statement = (
        select(
            Entitlement.id,
            Entitlement.household_id,
            Child.ordinal,
            Entitlement.amount_yen,
            Entitlement.claimed_by,
            Entitlement.changed_at,
        )
        .join(Child, Child.id == Entitlement.child_id)
        .where(Entitlement.id > after, *_shown(wanted, include_protected))
        .order_by(Entitlement.id)
        .limit(PAGE + 1)
    )
    rows = [EntitlementRow(*row) for row in session.execute(statement)]
    # a change of recipient is known only to the ward and to those who work on that request
    return [
        replace(row, claimed_by=None)
        if row.claimed_by == RECIPIENT_CHANGE and not include_protected
        else row
        for row in rows
    ]


def listed(session: Session, wanted: Behind, *, include_protected: bool) -> Listed:
    """Return the total number of children and yen that ``children_behind`` gives."""
    statement = select(func.count(), func.coalesce(func.sum(Entitlement.amount_yen), 0)).where(
        *_shown(wanted, include_protected)
    )
    count, yen = session.execute(statement).one()
    return Listed(int(count), int(yen))


def _shown(wanted: Behind, include_protected: bool) -> Sequence[ColumnElement[bool]]:
    by_way = isinstance(wanted.of, DeliveredMeans)
    found = [reached_by(DeliveredMeans(wanted.of)) if by_way else Entitlement.state == wanted.of]
    if not include_protected:
        protected = select(Household.id).where(Household.protected.is_(True))
        found.append(Entitlement.household_id.not_in(protected))
    if wanted.claimed:
        found.append(Entitlement.claimed_by.is_not(None))
    if wanted.claimed and not include_protected:
        # the list would tell of a change of recipient by showing a child without any request
        found.append(Entitlement.claimed_by != RECIPIENT_CHANGE)
    return found
