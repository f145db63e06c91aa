"""Households of a played year that moved, died or came under protection."""

from datetime import date, datetime

from sqlalchemy import select, update

from portal.domain.people.coupons.services import suspend_household
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change, hold_household
from portal.domain.people.households.models import Household
from tests.support.work import work_in
from tests.support.year.fates import at
from tests.support.year.ward_in_year import Year


def hold_and_exclude(year: Year) -> None:
    """Moved and dead families are held and excluded by the ward.

    The protected ones are held, then released.
    """
    now = at(date(2023, 8, 10))
    for household in year.of("moved", "died", "protected_later"):
        with year.database.write() as session:
            suspend_household(work_in(session, year.paper.ward, now), household, reason="hold")
            hold_household(session, household, now)
            if year.fates[household] == "protected_later":
                session.execute(
                    update(Household).where(Household.id == household).values(protected=True)
                )
    for household in year.of("moved", "died", "protected_later"):
        _exclude(year, household, now)
        year.ends(household, "ineligible_after_check")
    for household in year.of("undelivered", "unseen"):
        year.ends(household, "undelivered")


def _exclude(year: Year, household: int, now: datetime) -> None:
    with year.database.write() as session:
        for key in session.scalars(
            select(Entitlement.id).where(Entitlement.household_id == household)
        ).all():
            change(work_in(session, year.paper.ward, now), key, "exclude")
