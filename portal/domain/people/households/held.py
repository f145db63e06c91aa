"""The one count of held households: every page and paper that names it asks here.

Two ways of counting would tell by their difference how many families only the ward may know of
(decision 0045).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.states import HoldState


def held_households(
    session: Session, *, include_protected: bool, at: datetime | None = None
) -> int:
    """Return the number of households with an open hold, now or just before an instant (UTC).

    Those that are protected now are counted only with ``include_protected``, also for an earlier
    instant.
    """
    statement = (
        select(func.count(Hold.household_id.distinct()))
        .join(Household, Household.id == Hold.household_id)
        .where(_open(at), _visible(include_protected))
    )
    return session.scalar(statement) or 0


def held_by_reason(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return the number of held households by the code of the hold; one counts with each of its."""
    statement = (
        select(Hold.code, func.count(Hold.household_id.distinct()))
        .join(Household, Household.id == Hold.household_id)
        .where(_open(None), _visible(include_protected))
        .group_by(Hold.code)
        .order_by(Hold.code)
    )
    return dict(session.execute(statement).all())


def _open(at: datetime | None) -> ColumnElement[bool]:
    if at is None:
        return Hold.state == HoldState.OPEN
    return and_(Hold.created_at < at, or_(Hold.released_at.is_(None), Hold.released_at >= at))


def _visible(include_protected: bool) -> ColumnElement[bool]:
    return Household.protected.in_([True, False] if include_protected else [False])
