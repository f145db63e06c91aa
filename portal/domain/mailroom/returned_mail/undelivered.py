"""List the undelivered letters as of now (R36, R52): reason, attempts, value, redeliveries."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Subquery, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LIVE
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.states import COUNTED, MissingItem
from portal.domain.requests.requests.models import Request

STATES = (
    ShipmentState.AT_POST_OFFICE,
    ShipmentState.RETURNING,
    ShipmentState.RETURNED,
    ShipmentState.LOST,
)
PAGE = 20


class Undelivered(Struct, frozen=True):
    """One household without its letter.

    ``sent_again`` of ``offered`` redeliveries are used; ``yen`` is the value of the entitlements.
    """

    household_id: int
    shipment_id: int
    letter_number: str
    state: str
    reason: str | None
    posted_on: date | None
    sent_again: int
    offered: int
    children: int
    yen: int


def undelivered(
    work: Work, *, include_protected: bool, after: int = 0, limit: int = PAGE
) -> Sequence[Undelivered]:
    """Return the households whose valid letter is not delivered, in the order of their keys.

    Only keys above ``after`` are returned, at most ``limit`` of them (0: all).
    """
    used, value = _used_redeliveries(), _open_entitlements()
    statement = (
        select(
            Shipment.household_id,
            Shipment.id,
            Letter.number,
            Shipment.state,
            Shipment.returned_reason,
            Shipment.posted_on,
            func.coalesce(used.c.used, 0),
            value.c.children,
            value.c.yen,
        )
        .join(Letter, Letter.id == Shipment.letter_id)
        .join(value, value.c.household_id == Shipment.household_id)
        .outerjoin(used, used.c.household_id == Shipment.household_id)
        .where(*_not_delivered(include_protected), Shipment.household_id > after)
        .order_by(Shipment.household_id)
    )
    if limit:
        statement = statement.limit(limit)
    offered, rows = work.program.requests.redeliveries, work.session.execute(statement)
    return [
        Undelivered(
            home, mail, number, state, why, day, int(again), offered, int(children), int(yen)
        )
        for home, mail, number, state, why, day, again, children, yen in rows
    ]


def _used_redeliveries() -> Subquery:
    """Return how many redeliveries of its letter each household has used."""
    return (
        select(Request.household_id, func.count().label("used"))
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(Redelivery.item == MissingItem.LETTER, Redelivery.state.in_(COUNTED))
        .group_by(Request.household_id)
        .subquery()
    )


def _open_entitlements() -> Subquery:
    """Return the number and the yen of each household's open entitlements."""
    return (
        select(
            Entitlement.household_id,
            func.count().label("children"),
            func.sum(Entitlement.amount_yen).label("yen"),
        )
        .where(Entitlement.state.in_(OPEN))
        .group_by(Entitlement.household_id)
        .subquery()
    )


def by_reason(session: Session, *, include_protected: bool) -> Mapping[str, int]:
    """Count the households without their letter by the post's reason, or else by state."""
    word = func.coalesce(Shipment.returned_reason, Shipment.state)
    rows = session.execute(
        select(word, func.count(Shipment.household_id.distinct()))
        .join(Letter, Letter.id == Shipment.letter_id)
        .where(*_not_delivered(include_protected))
        .group_by(word)
    )
    return {str(reason): int(count) for reason, count in rows}


def is_undelivered() -> ColumnElement[bool]:
    """Return the condition on a shipment and its letter that a household waits for this letter."""
    later = aliased(Shipment)
    sent_again = exists().where(
        later.household_id == Shipment.household_id,
        later.letter_id.is_not(None),
        later.id > Shipment.id,
    )
    return and_(
        Letter.state.in_(LIVE),
        Shipment.state.in_(STATES),
        Shipment.letter_id.is_not(None),
        ~sent_again,
    )


def _not_delivered(include_protected: bool) -> list[ColumnElement[bool]]:
    conditions = [is_undelivered()]
    if not include_protected:
        protected = select(Household.id).where(Household.protected.is_(True))
        conditions.append(Shipment.household_id.not_in(protected))
    return conditions
