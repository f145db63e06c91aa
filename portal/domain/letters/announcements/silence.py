"""Households to which nothing is sent automatically: held, protected, removed, or with a death."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.queries import has_open_hold
from portal.domain.people.households.states import HouseholdState

DIED = "W11"
"""First letters of the roster's code for a death.

Even after the hold is released, only people speak to such a family, never a machine.
"""


AT_ONCE = 200


def drop_silenced(session: Session, household_ids: Sequence[int]) -> list[int]:
    """Return the households that may be sent automatic messages now, in the given order."""
    allowed: list[int] = []
    for start in range(0, len(household_ids), AT_ONCE):
        part = household_ids[start : start + AT_ONCE]
        quiet = silenced(session, part)
        allowed += [household_id for household_id in part if household_id not in quiet]
    return allowed


def silenced(session: Session, household_ids: Collection[int]) -> set[int]:
    """Return the households to which nothing automatic may be sent now.

    Asked at the time of sending, so that a hold, a protection or a death recorded after the message
    was queued counts.
    """
    wanted = set(household_ids)
    if not wanted:
        return set()
    rows = session.execute(
        select(
            Household.id,
            Household.codes,
            or_(
                Household.protected,
                Household.state != HouseholdState.ACTIVE,
                has_open_hold(Household.id.expression),
            ),
        ).where(Household.id.in_(wanted))
    ).all()
    found = {key for key, codes, stopped in rows if stopped or _died(codes)}
    found |= wanted - {key for key, _codes, _stopped in rows}
    children = session.execute(
        select(Child.household_id, Child.codes).where(Child.household_id.in_(wanted))
    )
    found |= {key for key, codes in children if _died(codes)}
    deaths = select(Hold.household_id).where(
        Hold.household_id.in_(wanted), Hold.code.startswith(DIED)
    )
    return found | set(session.scalars(deaths))


def _died(codes: list[str]) -> bool:
    return any(code.startswith(DIED) for code in codes)
