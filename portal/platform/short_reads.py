"""One statement that only reads, on the driver alone: what most requests of residents are.

With SQLAlchemy's session, connection and transaction around it, one statement takes four times as
long in the thread (decision 0101).
"""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPICursor

from portal.domain.foundation.wide_reads import ByDriver
from portal.platform import patience

T = TypeVar("T")
Opening = Callable[[DBAPICursor], datetime]
"""Begins a transaction that may only read, by a cursor; returns its instant (UTC)."""


class ShortReads:
    """Begins, reads and ends a transaction on a line of the engine, and no more."""

    def __init__(self, engine: Engine, opening: Opening) -> None:
        """Read on the lines of an engine, in transactions that begin so."""
        self._engine, self._opening = engine, opening
        # After a ROLLBACK psycopg gives up all prepared statements, so that each page would have
        # its own planned again, which takes longer than running them. SQLite's transaction could
        # have written, so it is taken back, by the pool.
        self._commits = engine.dialect.name == "postgresql"

    def read(self, take: Callable[[ByDriver, datetime], T]) -> T | None:
        """Return what ``take`` reads, which is also given the transaction's instant (UTC).

        None where the driver refused anything. Nothing was changed: the same is then read in the
        ordinary way, which tells a lost line from all else and takes another.

        Raises:
            PatienceEndedError: the request has waited as long as it may.
            SQLAlchemyError: no line was free, or none could be opened.
        """
        patience.check()
        dialect, line = self._engine.dialect, self._engine.raw_connection()
        try:
            with closing(line.cursor()) as cursor:
                taken = take(ByDriver(cursor, dialect), self._opening(cursor))
            if self._commits:
                line.commit()
        except dialect.loaded_dbapi.Error as error:
            line.invalidate(error)
            return None
        finally:
            line.close()
        return taken
