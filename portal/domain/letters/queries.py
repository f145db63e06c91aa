"""Reading letters and print runs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.models import Letter, PrintRun
from portal.domain.letters.orders import living_letter


def letters_of(session: Session, household_id: int) -> list[Letter]:
    """Return a household's letters, newest first."""
    statement = select(Letter).where(Letter.household_id == household_id).order_by(Letter.id.desc())
    return list(session.scalars(statement))


def print_run(session: Session, run_id: int) -> PrintRun | None:
    """Return one print run; None where there is none of that key."""
    return session.get(PrintRun, run_id)


def sent_at(session: Session, household_id: int) -> datetime | None:
    """Return when the letter that counts went to the post (UTC); None where it did not go yet."""
    letter = living_letter(session, household_id)
    return letter.handed_over_at if letter is not None else None
