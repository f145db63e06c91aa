"""How connections to PostgreSQL are made, and kept for those who need them next."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import URL, Dialect, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from portal.platform.patience import PatientConnection
from portal.platform.waits import Waits

LINE = {
    "client_encoding": "utf8",
    "target_session_attrs": "read-write",  # of several hosts the primary; a standby is refused
    "application_name": "portal",
    # A line that died in silence is noticed: what was sent within 10 seconds, an idle one after 25.
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
"""How a connection to PostgreSQL is made, unless PORTAL_DATABASE_URL says otherwise."""
PLANNED_ONCE = 1
"""How often a connection sends a statement before it keeps the plan.

By psycopg's rule (five times) a form that few send would be planned five times by each of twenty
connections (decision 0102).
"""


def options(address: URL, waits: Waits) -> dict[str, Any]:
    """Return what psycopg is told about each connection to an address."""
    return {
        **{name: value for name, value in LINE.items() if name not in address.query},
        "connect_timeout": waits.connect,
        "prepare_threshold": PLANNED_ONCE,
        "autocommit": True,  # our transactions send BEGIN themselves (decision 0103)
    }


def keep(engine: Engine) -> None:
    """Let an engine's connections wait no longer than a request may, and begin as ours do."""

    @event.listens_for(engine, "do_connect")
    def _connect(
        dialect: Dialect,  # noqa: ARG001  (SQLAlchemy's signature)
        record: ConnectionPoolEntry,  # noqa: ARG001  (SQLAlchemy's signature)
        arguments: Sequence[Any],
        chosen: dict[str, Any],
    ) -> PatientConnection:
        return PatientConnection.connect(*arguments, **chosen)

    @event.listens_for(engine, "checkin")
    def _begin_ourselves(
        line: DBAPIConnection | None,  # None of one that was lost
        record: ConnectionPoolEntry,  # noqa: ARG001  (SQLAlchemy's signature)
    ) -> None:
        # Where an isolation level was chosen, SQLAlchemy leaves the line with the driver's BEGIN.
        if line is not None and not cast("Any", line).autocommit:
            cast("Any", line).autocommit = True
