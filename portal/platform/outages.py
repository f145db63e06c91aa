"""What an error of the database means for whoever waits for it."""

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from portal.platform.lost import STANDBY_STATES, sqlstate
from portal.platform.patience import PatienceEndedError


class Outage(StrEnum):
    """Why the database did not do what it was asked; for logs and metrics, never for a page."""

    BUSY = "busy"
    """Somebody else holds a lock: the database works."""
    LOST = "database_lost"
    READ_ONLY = "read_only"
    """A standby, or a role that may only read."""
    DISK_FULL = "disk_full"
    POOL_EMPTY = "no_free_connection"
    SLOW = "too_slow"
    """A request, or one of its statements, had waited as long as it may."""


OF_STATE = dict.fromkeys(STANDBY_STATES, Outage.READ_ONLY) | {
    "42501": Outage.READ_ONLY,
    "40001": Outage.BUSY,
    "40P01": Outage.BUSY,
    "53100": Outage.DISK_FULL,
    "55P03": Outage.BUSY,
    "57014": Outage.SLOW,
}
"""By PostgreSQL's SQLSTATE."""
OF_CODE = {
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_FULL: Outage.DISK_FULL,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_READONLY: Outage.READ_ONLY,
}


def outage_of(error: Exception) -> Outage:
    """Return what an error of the database means; what is unknown counts as lost."""
    if isinstance(error, PatienceEndedError):
        return Outage.SLOW
    if isinstance(error, PoolTimeoutError):
        return Outage.POOL_EMPTY
    if not isinstance(error, DBAPIError):
        return Outage.LOST
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return OF_CODE.get(code & 0xFF, Outage.LOST)  # without the extended part
    return OF_STATE.get(sqlstate(error), Outage.LOST)
