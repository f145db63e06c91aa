"""The plan of the floor: how many seats are to be staffed in each half hour, and for what calls.

Clause 6(5): enough lines and people around the days of posting, more where the answer rate asks.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.floor.models import FloorPlan
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser

MOST_SEATS, MOST_CALLS = 500, 5_000


class Planned(Struct, frozen=True):
    """What is planned for a half hour: staffed seats, and calls that are expected."""

    seats: int
    calls: int


def planned_from(session: Session, day: date) -> date | None:
    """Return the first day (JST) of the plan that is in force on a day; None without a plan."""
    return session.scalar(select(func.max(FloorPlan.from_day)).where(FloorPlan.from_day <= day))


def plan_of(session: Session, day: date) -> dict[int, Planned]:
    """Return what is planned for the half hours of a day; one that has no plan is absent."""
    newest = select(func.max(FloorPlan.from_day)).where(FloorPlan.from_day <= day).scalar_subquery()
    rows = session.execute(
        select(FloorPlan.half_hour, FloorPlan.seats, FloorPlan.calls)
        .where(FloorPlan.from_day == newest)
        .order_by(FloorPlan.half_hour)
    )
    return {half: Planned(seats, calls) for half, seats, calls in rows}


def save_plan(work: Work, from_day: date, plan: Mapping[int, Planned]) -> None:
    """Plan the half hours of every day from ``from_day`` on, until a later plan begins.

    A plan that was saved for the same day is replaced; those of earlier days stay.

    Raises:
        InputError: the day is past (code ``from_day``), or a number is too large
            (``seats_18``, ``calls_18``).
    """
    if from_day < jst_date(work.now):
        raise InputError(
            _s("計画を始める日は、きょうか、きょうより後の日にしてください。"), code="from_day"
        )
    for half, planned in plan.items():
        for name, value, most in (
            ("seats", planned.seats, MOST_SEATS),
            ("calls", planned.calls, MOST_CALLS),
        ):
            if not 0 <= value <= most:
                raise InputError(
                    _s("0から%(most)dまでの数字で入力してください。") % {"most": most},
                    code=f"{name}_{half}",
                )
    work.session.execute(
        select(StaffUser.id).where(StaffUser.id == work.actor.id).with_for_update(key_share=True)
    )
    work.session.execute(delete(FloorPlan).where(FloorPlan.from_day == from_day))
    work.session.add_all(
        FloorPlan(
            from_day=from_day,
            half_hour=half,
            seats=planned.seats,
            calls=planned.calls,
            planned_by=work.actor.id,
            planned_at=work.now,
        )
        for half, planned in plan.items()
    )
    work.session.flush()
    record(work, "floor_plan.saved", "floor_plan", from_day=from_day.isoformat())
