"""Whether this process can serve: the database takes writes, and its disk has room.

Load balancers ask every few seconds; the database is asked once in ten.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.foundation.readiness.services import write_row
from portal.platform.database import Database
from portal.platform.database_address import sqlite_file
from portal.platform.outages import Outage, outage_of
from portal.platform.patience import one_request

LOG = logging.getLogger("portal.readiness")
EVERY = 10.0
"""Seconds for which an answer of the database holds."""
PATIENT = 6.0
"""Seconds after which a question without an answer counts as "not ready"."""
SQLITE_WAIT, SERVER_WAIT = 1.0, 5.0
"""Seconds that the question waits: for SQLite's one writer, and for a server in all."""
ROOM = 256 * 1024
"""Bytes that must fit beside a SQLite file."""
NO_ANSWER = "no_answer"
NOT_ASKED = "not_asked"


class Readiness:
    """Asks one database, at most once in ten seconds; several threads may ask at once."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._asking = threading.Lock()
        self._asked_at = float("-inf")
        self._reason: str | None = NOT_ASKED

    def reason(self) -> str | None:
        """Return why this process is not ready, None when it is.

        While another thread asks, the last answer holds; a question that hangs is an answer too.
        """
        first = self._reason is NOT_ASKED
        if self._asking.acquire(timeout=PATIENT if first else 0):
            try:
                if self._clock() - self._asked_at >= EVERY:
                    self._ask()
            finally:
                self._asking.release()
        elif first or self._clock() - self._asked_at > PATIENT:
            return NO_ANSWER
        return self._reason

    def _ask(self) -> None:
        self._asked_at = self._clock()
        reason = _try(self._database)
        if reason is not None:
            LOG.warning("not ready: %s", reason)
        elif self._reason is not None:
            LOG.info("ready")
        self._reason = reason


def _try(database: Database) -> str | None:
    try:
        with one_request(_limit(database), 0), Session(database.engine) as session:
            write_row(session)
            session.commit()
        _try_room(database)
    except SQLAlchemyError as error:
        outage = outage_of(error)
        return None if outage is Outage.BUSY else outage
    except OSError:
        return Outage.DISK_FULL
    return None


def _limit(database: Database) -> float:
    return SQLITE_WAIT if database.engine.dialect.name == "sqlite" else SERVER_WAIT


def _try_room(database: Database) -> None:
    """Write beside a SQLite file: its log may still have room when the disk has none.

    Raises:
        OSError: there is no room.
    """
    if (beside := sqlite_file(database.engine.url)) is not None:
        with tempfile.TemporaryFile(dir=beside.parent) as file:
            file.write(bytes(ROOM))
            file.flush()
