"""Read the results of rehearsals."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.oversight.rehearsals.models import Rehearsal
from portal.domain.oversight.rehearsals.states import PASSED

SHOWN = 50


def latest(session: Session, staff_id: int | None) -> Sequence[Rehearsal]:
    """Return the latest rehearsals of a person, or of everybody, the newest first."""
    statement = select(Rehearsal).order_by(Rehearsal.id.desc()).limit(SHOWN)
    if staff_id is not None:
        statement = statement.where(Rehearsal.staff_id == staff_id)
    return session.scalars(statement).all()


def passed_by(session: Session, staff_id: int) -> frozenset[str]:
    """Return the callers whom a person has passed."""
    statement = select(Rehearsal.scenario).where(
        Rehearsal.staff_id == staff_id, Rehearsal.state == PASSED
    )
    return frozenset(session.scalars(statement))
