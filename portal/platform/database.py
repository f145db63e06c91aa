"""Engine and transactions for SQLite (embedded) and PostgreSQL (production)."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from portal.domain.foundation.clock import INSTANT
from portal.platform.database_address import database_file, read_address
from portal.platform.lost import after_commit

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
)
STATEMENTS = 2_000
"""How many statements an engine keeps compiled.

More than both sites have, so that none is compiled twice.
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """After how many seconds a connection gives up; 0 is never.

    A site must answer, a command may wait.
    ``lock``, ``statement`` and ``idle`` (in a transaction) are PostgreSQL's; on SQLite everything
    waits for ``busy``.
    """

    lock: int = 4
    statement: int = 30
    idle: int = 20
    connect: int = 5
    pool: int = 5
    busy: int = 15

    def settings(self) -> str:
        """Return the settings of a transaction on PostgreSQL, as columns of a query.

        They are set in each transaction and not for the connection: a pooler such as PgBouncer
        hands connections on between transactions, and refuses options of new ones.
        """
        chosen = {
            "lock_timeout": f"{self.lock}s",
            "statement_timeout": f"{self.statement}s",
            "idle_in_transaction_session_timeout": f"{self.idle}s",
            "timezone": "UTC",
        }
        return ", ".join(f"set_config('{name}', '{value}', true)" for name, value in chosen.items())


SITE_WAITS = Waits()
COMMAND_WAITS = Waits(lock=10, statement=0, idle=0)


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


def make_engine(url: str, *, pool_size: int = 10, waits: Waits = SITE_WAITS) -> Engine:
    """Return an engine; values never appear in its error texts (``hide_parameters``).

    Raises:
        InputError: the address is not one of SQLite or PostgreSQL.
    """
    address = read_address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, waits)
    return _postgresql(address, pool_size, waits)


def make_folder(url: str) -> None:
    """Make the folder of a SQLite file; only the first start does so."""
    if (file := database_file(url)) is not None:
        file.parent.mkdir(0o700, parents=True, exist_ok=True)


def _postgresql(address: URL, pool_size: int, waits: Waits) -> Engine:
    line = {name: value for name, value in LINE.items() if name not in address.query}
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=waits.pool,
        pool_pre_ping=True,
        hide_parameters=True,
        query_cache_size=STATEMENTS,
        connect_args=line | {"connect_timeout": waits.connect},
    )
    opening = f"SELECT now(), {waits.settings()}"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # One statement for the settings and for the instant that every transaction asks for, so
        # that the settings cost no turn of their own (decision 0014 counts them).
        chosen = connection.get_execution_options().get("form")
        opened = connection.exec_driver_sql(
            opening if chosen is None else f"{opening}, {_hold(chosen)}"
        )
        connection.info[INSTANT] = opened.one()[0]

    _note_commits(engine)
    return engine


def _sqlite(address: URL, waits: Waits) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        query_cache_size=STATEMENTS,
        pool_size=20,
        max_overflow=44,
        pool_timeout=waits.busy,
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi: sqlite3.Connection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma in (f"busy_timeout={waits.busy * 1000}", *SQLITE_PRAGMAS):
            cursor.execute("PRAGMA " + pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes loses updates or fails as locked:
        # stack.md G2.
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    _note_commits(engine)
    return engine


@dataclass(frozen=True, slots=True)
class FormLock:
    """Lets a form that is sent again wait for its first try, which may still be at work.

    Attributes:
        number: The form, as a number.
        alone: Whether it is sent again; first tries do not wait for each other.
    """

    number: int
    alone: bool = False


def _hold(lock: FormLock) -> str:
    shared = "" if lock.alone else "_shared"
    return f"pg_advisory_xact_lock{shared}({lock.number:d})"


class _Commit(threading.local):
    sent = False


_COMMIT = _Commit()
_committed: ContextVar[list[None] | None] = ContextVar("committed", default=None)


def _note_commits(engine: Engine) -> None:
    @event.listens_for(engine, "commit")
    def _sent(connection: Connection) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
        _COMMIT.sent = True


@contextmanager
def counting_commits() -> Iterator[list[None]]:
    """Count the transactions that this thread commits in the block: the list has one entry each."""
    seen: list[None] = []
    token = _committed.set(seen)
    try:
        yield seen
    finally:
        _committed.reset(token)


class Database:
    """Opens transactions: ``write()`` commits at the end of the block, ``read()`` never writes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._write = sessionmaker(engine, expire_on_commit=False)
        self._read = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False)

    @contextmanager
    def write(self, form: FormLock | None = None) -> Iterator[Session]:
        """Open a writing transaction; an exception rolls it back whole.

        Raises:
            CommitUnknownError: COMMIT was sent and not answered.
        """
        _COMMIT.sent = False  # a migration of this thread may have left it
        try:
            with self._write.begin() as session:
                if form is not None:
                    session.connection(execution_options={"form": form})
                yield session
        except DBAPIError as error:
            meant = after_commit(error) if _COMMIT.sent else error
            if meant is error:
                raise
            raise meant from error
        finally:
            _COMMIT.sent = False
        if (seen := _committed.get()) is not None:
            seen.append(None)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a reading transaction (on SQLite it never waits for a writer)."""
        with self._read() as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"postgresql_readonly": True})
            yield session
            session.rollback()


@contextmanager
def opened(url: str, waits: Waits = SITE_WAITS) -> Iterator[Database]:
    """Open a database for a block; its connections end with the block.

    Raises:
        InputError: the address is not one of SQLite or PostgreSQL.
    """
    database = Database(make_engine(url, waits=waits))
    try:
        yield database
    finally:
        database.engine.dispose()
