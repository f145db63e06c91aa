"""Read coupon faults: the staff's list, one case, a household's own, and the counts by day."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.fault_agreement import is_proposed
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import OPEN
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household

MANY_A_DAY = 5
"""So many households on one day are no coincidence: a shop's till or the issuer's system fails.

The number is our own choice.
"""


class DayCount(Struct, frozen=True):
    """New cases of one day (JST), and how many of them are open now."""

    day: date
    new: int
    open: int


class CodeView(Struct, frozen=True):
    """The facts about a code that officers may see; never the code itself.

    ``number`` is the issuer's management number; ``issuer_status`` and ``used_yen`` are its latest
    report, as of ``issuer_as_of`` (JST).
    """

    number: str
    state: str
    issuer_status: str | None
    used_yen: int
    issuer_as_of: date | None


def codes_of(work: Work, fault: CouponFault) -> tuple[CodeView, CodeView | None]:
    """Return the code that was refused, and the one that replaced it, if any."""
    return (
        _view(work, fault.coupon_id),
        _view(work, fault.new_coupon_id) if fault.new_coupon_id is not None else None,
    )


def _view(work: Work, coupon_id: int) -> CodeView:
    row = work.session.get_one(Coupon, coupon_id)
    number = open_code(work, row).management_no
    return CodeView(number, row.state, row.issuer_status, row.used_yen, row.issuer_as_of)


def visible(*, include_protected: bool) -> Select[CouponFault]:
    """Select the cases that a reader may see; those of protected households only for the ward."""
    statement = select(CouponFault).join(Household, Household.id == CouponFault.household_id)
    return statement if include_protected else statement.where(Household.protected.is_(False))


def faults(
    session: Session, page: ListPage, *, state: str = "", proposed: bool = False
) -> list[CouponFault]:
    """Return a page of the cases in a state, or of all open ones, the oldest first.

    ``proposed``: only those whose new code waits for a second person.
    """
    statement = visible(include_protected=page.include_protected)
    statement = statement.where(
        CouponFault.state == state if state else CouponFault.state.in_(OPEN)
    )
    if proposed:
        statement = statement.where(is_proposed())
    ordered = statement.order_by(CouponFault.reported_at, CouponFault.id)
    return list(session.scalars(page.of(ordered)))


def state_counts(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return how many cases are in each state."""
    inner = visible(include_protected=include_protected).subquery()
    rows = session.execute(select(inner.c.state, func.count()).group_by(inner.c.state))
    return {state: int(count) for state, count in rows}


def open_count(session: Session, *, include_protected: bool) -> int:
    """Return how many cases are open."""
    counts = state_counts(session, include_protected=include_protected)
    return sum(count for state, count in counts.items() if state in OPEN)


def fault_by_id(session: Session, fault_id: int, *, include_protected: bool) -> CouponFault | None:
    """Return one case; None if there is none, or none that the reader may see."""
    return session.scalar(
        visible(include_protected=include_protected).where(CouponFault.id == fault_id)
    )


def has_fault(household_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the SQL condition that a household ever had a case, for another slice's select."""
    return select(CouponFault.id).where(CouponFault.household_id == household_id).exists()


def of_household(session: Session, household_id: int) -> dict[int, CouponFault]:
    """Return the newest case of each child of a household, by the child's number in it."""
    rows = session.execute(
        select(Child.ordinal, CouponFault)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .join(CouponFault, CouponFault.entitlement_id == Entitlement.id)
        .where(CouponFault.household_id == household_id, Entitlement.household_id == household_id)
        .order_by(CouponFault.id)
    )
    return dict(rows.all())


def own_fault(session: Session, household_id: int, receipt_no: str) -> CouponFault:
    """Return a household's own case.

    Raises:
        NotFoundError: the household has no case of this number.
    """
    found = session.scalar(
        select(CouponFault).where(
            CouponFault.household_id == household_id, CouponFault.receipt_no == receipt_no
        )
    )
    if found is None:
        raise NotFoundError(_("この受付番号は見つかりませんでした。"))
    return found


def ordinal_of(session: Session, fault: CouponFault) -> int:
    """Return the number of the child within its household."""
    return session.scalars(
        select(Child.ordinal)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .where(Entitlement.id == fault.entitlement_id)
    ).one()


def by_day(
    session: Session, now: datetime, *, include_protected: bool, days: int = 7
) -> list[DayCount]:
    """Return the counts of the last ``days`` days (JST), today first.

    They are of the cases that the reader's list has: one more than that would tell of a family.
    """
    today = jst_date(now)
    first = today - timedelta(days=days - 1)
    rows = session.scalars(
        visible(include_protected=include_protected).where(
            CouponFault.reported_at >= day_start(first)
        )
    )
    found = [(jst_date(row.reported_at), row.state in OPEN) for row in rows]
    return [
        DayCount(
            day, sum(d == day for d, _open in found), sum(d == day and still for d, still in found)
        )
        for day in (today - timedelta(days=back) for back in range(days))
    ]


def is_many(session: Session, now: datetime, *, include_protected: bool) -> bool:
    """Return whether so many households are affected today that a site notice is due."""
    (today,) = by_day(session, now, include_protected=include_protected, days=1)
    return today.new >= MANY_A_DAY
