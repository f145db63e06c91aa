"""The children behind a sum of the dashboard, without those the reader may not know of."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.list_page import ListPage
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


@dataclass(frozen=True, slots=True)
class Listed:
    """The number of children in a list, and their yen."""

    children: int
    yen: int


def children_in(
    session: Session, page: ListPage, *, include_protected: bool
) -> list[EntitlementRow]:
    """Return a page of the children in a state and one more, ordered by key."""
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
        .where(Entitlement.state == page.only, Entitlement.id > page.after)
        .order_by(Entitlement.id)
        .limit(PAGE + 1)
    )
    if not include_protected:
        statement = statement.where(Entitlement.household_id.not_in(_protected()))
    rows = [EntitlementRow(*row) for row in session.execute(statement)]
    # a change of recipient is known only to the ward and to those who work on that request
    return [
        replace(row, claimed_by=None)
        if row.claimed_by == RECIPIENT_CHANGE and not include_protected
        else row
        for row in rows
    ]


def listed(session: Session, state: str, *, include_protected: bool) -> Listed:
    """Return the total number of children and yen that ``children_in`` gives."""
    statement = select(func.count(), func.coalesce(func.sum(Entitlement.amount_yen), 0)).where(
        Entitlement.state == state
    )
    if not include_protected:
        statement = statement.where(Entitlement.household_id.not_in(_protected()))
    count, yen = session.execute(statement).one()
    return Listed(int(count), int(yen))


def _protected() -> Select[int]:
    return select(Household.id).where(Household.protected.is_(True))
