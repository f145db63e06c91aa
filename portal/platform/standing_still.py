"""A database that nobody else uses, for the few commands that need it so.

A SQLite file is locked for one connection. On PostgreSQL, what every program of ours reads at its
start is locked, and connections of ours that are open are counted: an idle site has some, too.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from portal.domain.foundation.clock import Clock
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.jobs.models import JobRecord
from portal.domain.foundation.texts import _s
from portal.platform.database import Database, make_engine
from portal.platform.postgresql_lines import LINE
from portal.platform.waits import COMMAND_WAITS

BUSY_MILLISECONDS = 2_000
TRIES, BETWEEN_SECONDS = 20, 0.1
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND application_name = :name"
)


@contextmanager
def alone(url: str, clock: Clock) -> Iterator[Session]:
    """Open one writing transaction while no site, worker or other command uses the database.

    Raises:
        WrongStateError: something still does.
    """
    engine = make_engine(url, waits=COMMAND_WAITS)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _lock_file, insert=True)
    try:
        with _open(Database(engine), clock) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def _open(database: Database, clock: Clock) -> Iterator[Session]:
    if database.engine.dialect.name == "sqlite":
        _try_file(database)
    with database.write() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("LOCK TABLE deployment IN ACCESS EXCLUSIVE MODE"))
            if _others_stay(session):
                raise _in_use()
        # a worker behind a pooler has no connection of its own
        held = select(JobRecord.name).where(JobRecord.lease_until > clock.now(session))
        if session.scalar(held.limit(1)) is not None:
            raise _in_use()
        yield session


def _others_stay(session: Session) -> bool:
    """Tell whether connections of ours stay open; one that just closed is given a moment."""
    for attempt in range(TRIES):
        time.sleep(BETWEEN_SECONDS if attempt else 0)
        session.execute(text("SELECT pg_stat_clear_snapshot()"))
        if not session.scalar(OTHERS, {"name": LINE["application_name"]}):
            return False
    return True


def _lock_file(dbapi: SqliteConnection, _record: ConnectionPoolEntry) -> None:
    # before anything is read: then the whole file is held until the connection closes
    dbapi.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    dbapi.execute("PRAGMA locking_mode=EXCLUSIVE")
    dbapi.execute("BEGIN IMMEDIATE")
    dbapi.execute("COMMIT")


def _try_file(database: Database) -> None:
    try:
        database.engine.connect().close()
    except OperationalError:
        raise _in_use() from None


def _in_use() -> WrongStateError:
    return WrongStateError(
        _s(
            "ほかのプログラムがこのデータベースを使っています。すべての機械で、サイトと"
            "「portal work」とほかのコマンドを止めて、1分待ってから、もう一度実行してください。"
            "何も変わっていません。"
        )
    )
