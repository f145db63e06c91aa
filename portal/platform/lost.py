"""Which errors mean that the database was lost, and where a transaction was at that moment."""

import sqlite3
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

LOST_CLASSES = ("08", "53", "57", "58")
"""PostgreSQL's classes of errors: connection, resources (a full disk), an operator, the system."""
STANDBY_STATES = frozenset({"0A000", "25006"})
"""Read-only: a standby, or a primary that was just made one; the first by BEGIN on a standby."""
LOST_STATES = STANDBY_STATES | frozenset(
    {
        "25P03",  # idle in a transaction for too long
        "40001",  # could not be carried out beside another
        "40P01",  # deadlock
        "55P03",  # a lock was not free in time
    }
)
DOUBTFUL_CLASSES = ("08", "57", "58", "XX")
FORBIDDEN = "42501"
"""PostgreSQL's code: the role lacks the right."""
INVALIDATED = "8s2b"
"""SQLAlchemy's code: the connection of a running transaction is gone."""


class Outcome(StrEnum):
    """What became of a form whose database was lost."""

    NOT_STORED = "not_stored"
    """The transaction had not come to its COMMIT, or the database refused that."""
    UNKNOWN = "unknown"
    """COMMIT was sent and not answered."""
    STORED = "stored"
    """COMMIT was not answered, but what it stored was found."""


class CommitUnknownError(OperationalError):
    """COMMIT was sent and its answer never came."""


def is_lost(error: BaseException) -> bool:
    """Tell whether an error means that the database is away, full, busy or read-only.

    Who waits and tries again may succeed; a bug never does.
    """
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    if isinstance(error, PendingRollbackError):
        return error.code == INVALIDATED
    if not isinstance(error, DBAPIError):
        return False
    state = sqlstate(error)
    return bool(error.connection_invalidated) or state[:2] in LOST_CLASSES or state in LOST_STATES


def sqlstate(error: DBAPIError) -> str:
    """Return PostgreSQL's code of an error; empty where the server said none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def after_commit(error: DBAPIError) -> DBAPIError:
    """Return an error that COMMIT met as what it means.

    A server that names its reason has taken everything back. One that ends the connection may have
    stored it before.
    """
    if not _in_doubt(error):
        return error
    original: Any = error.orig
    return CommitUnknownError(None, None, original, hide_parameters=True)


def _in_doubt(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        # A commit that could not be written, as on a full disk, is not there; one that was written
        # and not flushed may be.
        return bool(code & 0xFF == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_WRITE)
    state = sqlstate(error)
    return error.connection_invalidated or not state or state[:2] in DOUBTFUL_CLASSES
