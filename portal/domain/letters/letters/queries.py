"""Read letters and print runs."""

from dataclasses import dataclass, field

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.states import LIVE
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState, Door

# built once: building a statement takes as long as running it
OF_HOUSEHOLD = (
    select(Letter)
    .where(Letter.household_id == bindparam("household_id"))
    .order_by(Letter.id.desc())
)


def letters_of(session: Session, household_id: int) -> list[Letter]:
    """Return a household's letters, newest first."""
    return list(session.scalars(OF_HOUSEHOLD, {"household_id": household_id}))


def household_of_number(session: Session, number: str | None) -> int | None:
    """Return the household of a letter number, also of a letter without an ID.

    Returns None for an unknown number, and for a test posting. Both tables are read in any case,
    so that a number of somebody hidden and one of nobody take the same statements.
    """
    found = [
        session.scalar(select(table.household_id).where(table.number == number))
        for table in (Letter, LetterWithoutId)
    ]
    return next((key for key in found if key is not None), None)


def print_run(session: Session, run_id: int) -> PrintRun | None:
    """Return one print run; None if no run has this key."""
    return session.get(PrintRun, run_id)


@dataclass(frozen=True, slots=True)
class LetterNumbers:
    """The numbers that only somebody with the letter in hand can read out.

    These are the ID (as a digest) and the letter number ("" if unknown).
    """

    login_digest: bytes = field(repr=False)
    letter_number: str = field(repr=False)


_OF_VALID_LETTER = (
    select(Credential.login_digest, Letter.number)
    .outerjoin(Letter, and_(Letter.credential_id == Credential.id, Letter.state.in_(LIVE)))
    .where(
        Credential.household_id == bindparam("household_id"),
        Credential.state.in_(
            (CredentialState.ISSUED, CredentialState.ACTIVE, CredentialState.LOCKED)
        ),
        Credential.door.not_in((Door.LETTER_LOST, Door.BOTH_LOST)),
    )
    .order_by(Credential.id.desc())
    .limit(1)
)


def valid_letter_numbers(session: Session, household_id: int) -> LetterNumbers | None:
    """Return the numbers of the household's valid letter, by which a caller can be identified.

    Returns None without a letter, and for one that was replaced, came back or was reported lost:
    anybody might read that one out.
    """
    row = session.execute(_OF_VALID_LETTER, {"household_id": household_id}).one_or_none()
    return LetterNumbers(row.login_digest, row.number or "") if row is not None else None
