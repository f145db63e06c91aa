"""A database that a running site loses for a moment, as far as it can tell."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from portal.platform.database import Database

SESSIONS = "auth_session"
"""The first table that a request of somebody who is signed in asks for."""


@contextmanager
def lost(database: Database, table: str = SESSIONS) -> Iterator[None]:
    """Take a table of SQLite away for the block: whoever asks for it gets an OperationalError."""
    _rename(database, table, f"{table}_away")
    try:
        yield
    finally:
        _rename(database, f"{table}_away", table)


def _rename(database: Database, old: str, new: str) -> None:
    with database.write() as session:
        session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
