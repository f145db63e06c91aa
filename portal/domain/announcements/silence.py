"""To whom nothing may be sent automatically: held, protected or removed households, and those with a death."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.households.models import Child, Hold, Household
from portal.domain.households.queries import has_open_hold

DIED = "W11"
"""First letters of the roster's code for a death; released or not, people speak to this family, no machine does."""


def silenced(session: Session, household_ids: Collection[int]) -> set[int]:
    """Return those of the households that get nothing automatic now.

    Read at the moment of sending: a hold, a protection or a death that was noted after the message was queued
    counts.
    """
    wanted = set(household_ids)
    if not wanted:
        return set()
    rows = session.execute(
        select(
            Household.id,
            Household.codes,
            or_(Household.protected, Household.state != "active", has_open_hold(Household.id.expression)),
        ).where(Household.id.in_(wanted))
    ).all()
    found = {key for key, codes, stopped in rows if stopped or _died(codes)}
    found |= wanted - {key for key, _codes, _stopped in rows}
    children = session.execute(select(Child.household_id, Child.codes).where(Child.household_id.in_(wanted)))
    found |= {key for key, codes in children if _died(codes)}
    deaths = select(Hold.household_id).where(Hold.household_id.in_(wanted), Hold.code.startswith(DIED))
    return found | set(session.scalars(deaths))


def _died(codes: list[str]) -> bool:
    return any(code.startswith(DIED) for code in codes)
