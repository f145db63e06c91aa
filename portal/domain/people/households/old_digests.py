"""Forgets the digests by which versions before 0.2.0 searched: they could be counted."""

from sqlalchemy import ColumnElement, func, insert, literal, or_, select, true, update
from sqlalchemy.orm import Session

from portal.domain.people.households.models import Household, OldSearchRow
from portal.domain.people.households.search_feed import note_changed, note_new

HELD = or_(OldSearchRow.names != b"", OldSearchRow.places != b"", OldSearchRow.births != b"")


def old_digests(session: Session) -> int:
    """Return how many households have digests: a program before 0.2.0 changed them."""
    return session.scalar(select(func.count()).select_from(OldSearchRow).where(HELD)) or 0


def forget_old_digests(session: Session) -> int:
    """Empty them and tell the search of these households; returns how many there were.

    While nodes are restarted one by one, the program before goes on writing digests. It tells the
    search nothing: neither of these households nor of others that it stores.
    """
    emptied = update(OldSearchRow).where(HELD).values(names=b"", places=b"", births=b"")
    found = list(session.scalars(emptied.returning(OldSearchRow.household_id)))
    note_changed(session, found)
    note_new(session, true())
    return len(found)


def leave_empty_rows(session: Session, which: ColumnElement[bool]) -> None:
    """Store empty rows of new households: a program before 0.2.0 that changes one asks for it."""
    empty = literal(b"")
    new = select(Household.id, empty, empty, empty).where(
        which, ~select(OldSearchRow).where(OldSearchRow.household_id == Household.id).exists()
    )
    columns = ["household_id", "names", "places", "births"]
    session.execute(insert(OldSearchRow).from_select(columns, new))
