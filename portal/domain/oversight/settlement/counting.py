"""Queries of the settlement: every child with its facts, the codes, the expected children."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.deliveries import letter_of_child
from portal.domain.desk.casework.worklists import added_children, eligible_children
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.oversight.settlement.ending import Facts
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.states import STOCK, CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState

AT_ONCE = 2_000
BACK = (ShipmentState.RETURNING, ShipmentState.RETURNED, ShipmentState.LOST)
"""States of a letter that came back, or may be lost."""


class Line(Struct, frozen=True):
    """One child: its keys and its facts."""

    entitlement_id: int
    household_id: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes bought, by where they are: assigned (in any state), void, or left over."""

    bought: int
    assigned: int
    void: int
    left_over: int

    @property
    def adds_up(self) -> bool:
        """Whether every bought code is accounted for."""
        return self.bought == self.assigned + self.void + self.left_over


@dataclass(frozen=True, slots=True)
class Expected:
    """The number of children expected: from the extracts, and added by order of the ward."""

    imported: int
    added: int


def children(session: Session, delivered_means: DeliveredMeans, after: int = 0) -> Iterator[Line]:
    """Yield every child with its facts, ordered by entitlement, from the one after a key on.

    Rows are fetched in portions, so that memory use stays constant.

    Args:
        session: The open transaction.
        delivered_means: The program's way of counting deliveries.
        after: The key of an entitlement; 0 begins with the first.
    """
    of_child = _coupons_of_children()
    statement = (
        select(
            Entitlement.id,
            Entitlement.household_id,
            Entitlement.state,
            Entitlement.claimed_by,
            Entitlement.amount_yen,
            func.coalesce(of_child.c.used_yen, 0),
            _delivered(delivered_means, of_child.c.revealed_at),
            _came(),
        )
        .outerjoin(of_child, of_child.c.entitlement_id == Entitlement.id)
        .where(Entitlement.id > after)
        .order_by(Entitlement.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(statement):
        key, household_id, state, claimed_by, amount, used, reached, came = row
        facts = Facts(
            EntitlementState(state),
            claimed_by is not None,
            amount,
            int(used),
            bool(reached),
            bool(came),
        )
        yield Line(key, household_id, facts)


def _coupons_of_children() -> Subquery:
    """Return the yen used of each child's coupons, without void ones, and the last reveal of any.

    What was shown once was delivered, also where another code replaced it.
    """
    live = case((Coupon.state != CouponState.VOIDED, Coupon.used_yen), else_=0)
    return (
        select(
            Coupon.entitlement_id,
            func.sum(live).label("used_yen"),
            func.max(Coupon.revealed_at).label("revealed_at"),
        )
        .where(Coupon.entitlement_id.is_not(None))
        .group_by(Coupon.entitlement_id)
        .subquery()
    )


def _delivered(means: DeliveredMeans, revealed_at: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the SQL condition for a delivered entitlement, according to the program's setting.

    ``HANDED_OVER``: a letter with ID and password was handed over, to the mail house or at the
    ward's counter, and did not come back, or was delivered in the end.
    """
    if means == DeliveredMeans.REVEALED:
        return revealed_at.is_not(None)
    if means == DeliveredMeans.EXCHANGED:
        # a child who used anything ends as exchanged, whatever this condition gives
        return literal(value=False)
    back = (
        select(Shipment.id)
        .where(Shipment.letter_id == Letter.id, Shipment.state.in_(BACK))
        .exists()
    )
    return (
        select(Letter.id)
        .where(
            letter_of_child(),
            Letter.handed_over_at.is_not(None),
            Letter.state != LetterState.CANCELLED,
            or_(_arrived(), ~back),
        )
        .correlate(Entitlement)
        .exists()
    )


def _came() -> ColumnElement[bool]:
    """Return the SQL condition that a letter made for the child reached its household.

    The post delivered it, or somebody signed for it at the ward's counter.
    """
    at_counter = and_(Letter.counter, Letter.handed_over_at.is_not(None))
    return (
        select(Letter.id)
        .where(letter_of_child(), or_(_arrived(), at_counter))
        .correlate(Entitlement)
        .exists()
    )


def _arrived() -> ColumnElement[bool]:
    return (
        select(Shipment.id)
        .where(Shipment.letter_id == Letter.id, Shipment.state == ShipmentState.DELIVERED)
        .exists()
    )


def codes(session: Session) -> Codes:
    """Count the codes of all batches."""
    bought = session.scalar(select(func.coalesce(func.sum(CouponBatch.count), 0)))
    rows = session.execute(select(Coupon.state, func.count()).group_by(Coupon.state))
    found = {state: int(count) for state, count in rows}
    void, left = found.pop(CouponState.VOIDED, 0), found.pop(STOCK, 0)
    return Codes(int(bought or 0), sum(found.values()), void, left)


def expected(session: Session) -> Expected:
    """Count the children of the applied extracts and those that the ward ordered to be added.

    The states of the entitlements do not matter here, so that the two counts can be compared.
    """
    return Expected(eligible_children(session), added_children(session))
