"""Forgets the digests by which versions before 0.2.0 searched: they could be counted."""

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.people.households.models import OldSearchRow
from portal.domain.people.households.search_feed import note_changed

HELD = or_(OldSearchRow.names != b"", OldSearchRow.places != b"", OldSearchRow.births != b"")


def old_digests(session: Session) -> int:
    """Return how many households have digests: a program before 0.2.0 changed them."""
    return session.scalar(select(func.count()).select_from(OldSearchRow).where(HELD)) or 0


def forget_old_digests(session: Session) -> int:
    """Empty them and tell the search of these households; returns how many there were.

    While nodes are restarted one by one, the program before goes on writing digests.
    """
    emptied = update(OldSearchRow).where(HELD).values(names=b"", places=b"", births=b"")
    found = list(session.scalars(emptied.returning(OldSearchRow.household_id)))
    note_changed(session, found)
    return len(found)
