"""Read notes: those of a household, and those that wait at a desk."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.notes.kinds import NoteDesk
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.contacts.notes.states import NoteState
from portal.domain.people.households.models import Household

PAGE = 20

# built once: building a statement takes as long as running it
OF_HOUSEHOLD = (
    select(HouseholdNote)
    .where(HouseholdNote.household_id == bindparam("household_id"))
    .order_by(HouseholdNote.id.desc())
    .limit(50)
)


def notes_of(session: Session, household_id: int) -> Sequence[HouseholdNote]:
    """Return a household's notes, newest first."""
    return session.scalars(OF_HOUSEHOLD, {"household_id": household_id}).all()


def waiting_notes(
    session: Session, desk: NoteDesk, *, include_protected: bool, after: int = 0
) -> Sequence[HouseholdNote]:
    """Return a page of the notes that wait at a desk and one more, oldest first."""
    statement = _waiting(desk, include_protected=include_protected)
    statement = statement.where(HouseholdNote.id > after).order_by(HouseholdNote.id)
    return session.scalars(statement.limit(PAGE + 1)).all()


def waiting_count(session: Session, desk: NoteDesk, *, include_protected: bool) -> int:
    """Return how many notes wait at a desk."""
    waiting = _waiting(desk, include_protected=include_protected)
    counted = waiting.with_only_columns(func.count(HouseholdNote.id))
    return int(session.scalar(counted) or 0)


def is_at(desk: NoteDesk, *, include_protected: bool) -> ColumnElement[bool]:
    """Return the condition that a note, joined with its household, is a desk's as its people see.

    Who knows of protected households is of the ward: notes about those are theirs, whichever desk
    had one before the household was protected. Nobody else would find it there.
    """
    if include_protected:
        return or_(HouseholdNote.desk == desk.value, Household.protected.is_(True))
    return and_(HouseholdNote.desk == desk.value, Household.protected.is_(False))


def _waiting(desk: NoteDesk, *, include_protected: bool) -> Select[HouseholdNote]:
    return (
        select(HouseholdNote)
        .join(Household, Household.id == HouseholdNote.household_id)
        .where(
            HouseholdNote.state == NoteState.WAITING,
            is_at(desk, include_protected=include_protected),
        )
    )
