"""Engine and transactions for SQLite (embedded) and PostgreSQL (production)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
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

    def options(self) -> str:
        """Return the options of a new connection to PostgreSQL."""
        return (
            f"-c lock_timeout={self.lock}s -c statement_timeout={self.statement}s "
            f"-c idle_in_transaction_session_timeout={self.idle}s -c timezone=UTC"
        )


SITE_WAITS = Waits()
COMMAND_WAITS = Waits(lock=10, statement=0, idle=0)


def make_engine(url: str, *, pool_size: int = 10, waits: Waits = SITE_WAITS) -> Engine:
    """Return an engine; values never appear in its error texts (``hide_parameters``).

    Raises:
        InputError: the address is not one of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(url, waits)
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=pool_size,
                max_overflow=10,
                pool_timeout=waits.pool,
                pool_pre_ping=True,
                hide_parameters=True,
                query_cache_size=STATEMENTS,
                connect_args={"options": waits.options(), "connect_timeout": waits.connect},
            )
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise InputError(
        _s(
            "PORTAL_DATABASE_URL は sqlite:///ファイル名 か postgresql:"
            "//利用者@ホスト/データベース の形で書いてください。"
        )
    )


def make_folder(url: str) -> None:
    """Make the folder of a SQLite file; only the first start does so."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)


def _sqlite(url: str, waits: Waits) -> Engine:
    engine = create_engine(
        url,
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

    return engine


class Database:
    """Opens transactions: ``write()`` commits at the end of the block, ``read()`` never writes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._write = sessionmaker(engine, expire_on_commit=False)
        self._read = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a writing transaction; an exception rolls it back whole."""
        with self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a reading transaction (on SQLite it never waits for a writer)."""
        with self._read() as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"postgresql_readonly": True})
            yield session
            session.rollback()
