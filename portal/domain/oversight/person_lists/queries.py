"""Read the lists that somebody has to do with."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.states import ListState

SHOWN = 50


def lists_of(session: Session, staff_id: int, *, decides: bool) -> Sequence[PersonList]:
    """Return what somebody asked for or decided, newest first, at most 50.

    With ``decides``, also what waits for a second person.
    """
    mine = [PersonList.requested_by == staff_id, PersonList.decided_by == staff_id]
    if decides:
        mine.append(PersonList.state == ListState.REQUESTED)
    return session.scalars(
        select(PersonList).where(or_(*mine)).order_by(PersonList.id.desc()).limit(SHOWN)
    ).all()


def waiting(session: Session, staff_id: int) -> Sequence[PersonList]:
    """Return the requests of others that wait for a second person, newest first, at most 50."""
    return session.scalars(
        select(PersonList).where(*_of_others(staff_id)).order_by(PersonList.id.desc()).limit(SHOWN)
    ).all()


def waiting_count(session: Session, staff_id: int) -> int:
    """Return how many requests of others wait for a second person."""
    counted = select(func.count()).select_from(PersonList).where(*_of_others(staff_id))
    return session.scalar(counted) or 0


def _of_others(staff_id: int) -> tuple[ColumnElement[bool], ...]:
    return PersonList.state == ListState.REQUESTED, PersonList.requested_by != staff_id
