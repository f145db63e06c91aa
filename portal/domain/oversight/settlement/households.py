"""Finding the households of differences, except those that the reader may not know."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.people.coupons.models import Coupon, StatementDifference
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household


def households_behind(
    session: Session, rows: Iterable[StatementDifference], *, include_protected: bool
) -> dict[int, int]:
    """Return the key of the household by the key of the difference."""
    of_coupon = {row.coupon_id: row.id for row in rows if row.coupon_id is not None}
    statement = (
        select(Coupon.id, Entitlement.household_id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Coupon.id.in_(of_coupon))
    )
    if not include_protected:
        statement = statement.join(Household, Household.id == Entitlement.household_id).where(
            Household.protected.is_(False)
        )
    return {
        of_coupon[coupon_id]: household_id for coupon_id, household_id in session.execute(statement)
    }
