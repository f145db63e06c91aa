"""How many children were reached, by each of the ways in which a ward may count deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, LetterState
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState

NOBODY_TO_DELIVER_TO = (
    EntitlementState.DECLINED,
    EntitlementState.DEEMED_DECLINED,
    EntitlementState.INELIGIBLE_AFTER_CHECK,
)


@dataclass(frozen=True, slots=True)
class Reached:
    """Households, children and yen."""

    households: int
    children: int
    yen: int


class Deliveries(Struct, frozen=True):
    """All children to whom something is to be delivered, and those reached.

    ``counts`` names the way that the program uses.
    """

    everybody: Reached
    by_way: Mapping[DeliveredMeans, Reached]
    counts: DeliveredMeans

    @property
    def delivered(self) -> Reached:
        """The figures by the program's way of counting."""
        return self.by_way[self.counts]


def letter_of_child() -> ColumnElement[bool]:
    """Return the condition that ties a letter with ID and password to an entitlement.

    A letter is of the children whom its household had when it was made: to a child that came later
    by the ward's instruction nothing was sent yet.
    """
    return and_(
        Letter.kind == CREDENTIAL_LETTER,
        Letter.household_id == Entitlement.household_id,
        Letter.created_at >= Entitlement.created_at,
    )


def deliveries(session: Session, delivered_means: DeliveredMeans) -> Deliveries:
    """Count who was reached; ``delivered_means`` is the program's setting of that name."""
    by_way = {way: _reached(session, reached_by(way)) for way in DeliveredMeans}
    return Deliveries(_reached(session), by_way, delivered_means)


def to_be_reached() -> ColumnElement[bool]:
    """Return the condition that something is to be delivered for an entitlement."""
    return Entitlement.state.not_in(NOBODY_TO_DELIVER_TO)


def reached_by(way: DeliveredMeans) -> ColumnElement[bool]:
    """Return the condition that an entitlement was reached in a way.

    Declined and ineligible entitlements are not counted. ``handed_over``: a letter with ID and
    password that was made for the child was handed over, to the mail house or at the ward's
    counter, whatever happened afterwards.
    ``revealed``: a code was shown to the household at least once, also if another one replaced it.
    ``exchanged``: the issuer reported the exchange of the whole amount.
    """
    letter = select(Letter.id).where(handed_over())
    shown = select(Coupon.entitlement_id).where(Coupon.revealed_at.is_not(None))
    # Beside another condition a list of all of them would be gone through for each entitlement,
    # once it is larger than what PostgreSQL sorts in memory.
    spent = select(Coupon.id).where(
        Coupon.entitlement_id == Entitlement.id, Coupon.state == CouponState.EXCHANGED
    )
    ways: dict[DeliveredMeans, ColumnElement[bool]] = {
        DeliveredMeans.HANDED_OVER: letter.correlate(Entitlement).exists(),
        DeliveredMeans.REVEALED: Entitlement.id.in_(shown),
        DeliveredMeans.EXCHANGED: or_(
            Entitlement.state == EntitlementState.EXCHANGED,
            spent.correlate(Entitlement).exists(),
        ),
    }
    return and_(to_be_reached(), ways[way])


def handed_over() -> ColumnElement[bool]:
    """Return the condition that a letter of an entitlement was handed over."""
    return and_(
        letter_of_child(), Letter.handed_over_at.is_not(None), Letter.state != LetterState.CANCELLED
    )


def _reached(session: Session, *conditions: ColumnElement[bool]) -> Reached:
    households, children, yen = session.execute(
        select(
            func.count(Entitlement.household_id.distinct()),
            func.count(Entitlement.id),
            func.coalesce(func.sum(Entitlement.amount_yen), 0),
        ).where(to_be_reached(), *conditions)
    ).one()
    return Reached(int(households), int(children), int(yen))
