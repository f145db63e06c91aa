"""Engine and transactions for SQLite (embedded) and PostgreSQL (production)."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from msgspec import Struct
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from portal.domain.foundation.base import locks_rows
from portal.domain.foundation.clock import INSTANT
from portal.platform import patience, postgresql_lines
from portal.platform.database_address import database_file, read_address
from portal.platform.lost import after_commit, is_lost
from portal.platform.patience import PatientPool, within
from portal.platform.short_reads import Opening, ShortReads
from portal.platform.waits import SITE_WAITS, Waits

SQLITE_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
)
LOOKS_AGAIN = 0.01
"""Seconds until a new SQLite file is tried again that another is opening."""
STATEMENTS = 2_000
"""How many statements an engine keeps compiled.

More than both sites have, so that none is compiled twice.
"""


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
    engine = create_engine(
        address,
        poolclass=PatientPool,
        pool_size=pool_size,
        max_overflow=0,  # a line that is opened for one request costs more than the wait for one
        pool_timeout=waits.pool,
        pool_use_lifo=True,  # a few lines that know all statements, and not ten that learn them
        hide_parameters=True,
        query_cache_size=STATEMENTS,
        connect_args=postgresql_lines.options(address, waits),
    )
    postgresql_lines.keep(engine)
    opening, reading = waits.opening(), waits.opening_to_read()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        asked = reading if _reads(connection) else opening
        if (chosen := connection.get_execution_options().get("form")) is not None:
            asked = f"{asked}, {_hold(chosen)}"
        opened = _opened_by_driver(connection, asked, waits)
        connection.info[INSTANT] = opened or _opened(connection, asked, waits)

    _note_commits(engine)
    return engine


def _opened_by_driver(connection: Connection, asked: str, waits: Waits) -> datetime | None:
    """Send the first statement past SQLAlchemy, a tenth of a millisecond sooner; None if it failed.

    Then ``_opened`` sends it again, which tells a lost line from all else.

    Raises:
        OperationalError: its form's first try is still at work; to send it again would wait twice.
    """
    line = connection.connection
    try:
        with closing(line.cursor()) as cursor:
            return _asked(cursor, asked, waits, begins=_begins(connection))
    except psycopg.Error as error:
        with suppress(psycopg.Error):  # of a lost line nothing is left to take back
            line.rollback()
        if isinstance(error, psycopg.errors.LockNotAvailable):
            raise OperationalError(None, None, error, hide_parameters=True) from error
        return None


def _begins(connection: Connection) -> bool:
    """Return whether a transaction is ours to begin.

    With an isolation level of its own it is the driver's; in ``AUTOCOMMIT`` there is none.
    """
    return "isolation_level" not in connection.get_execution_options()


def _asked(cursor: Any, asked: str, waits: Waits, *, begins: bool = True) -> datetime:
    """Begin a transaction by the driver; return the instant (UTC) that its database states.

    BEGIN goes with the first statement: by itself, as the driver sends it, it would cost a turn.
    """
    values = waits.values()
    if begins:
        cursor.execute("BEGIN; " + asked % tuple(f"'{value}'" for value in values), prepare=False)
        cursor.nextset()
    else:
        cursor.execute(asked, values)
    ((instant, *_settings),) = cursor.fetchall()
    return cast("datetime", instant)


def _opened(connection: Connection, asked: str, waits: Waits) -> datetime:
    """Send the first statement of a transaction; return the instant (UTC) that it brings."""
    try:
        return _opened_by_turns(connection, asked, waits)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # A line that was lost while it was idle: nothing was done on it yet, and all others of its
        # age are given up with it.
        patience.check()
        return _opened_by_turns(connection, asked, waits)


def _opened_by_turns(connection: Connection, asked: str, waits: Waits) -> datetime:
    if _begins(connection):
        connection.exec_driver_sql("BEGIN")
    row = connection.exec_driver_sql(asked, waits.values()).one()
    instant: datetime = row[0]
    return instant


def _sqlite(address: URL, waits: Waits) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        query_cache_size=STATEMENTS,
        pool_size=20,
        max_overflow=44,
        pool_timeout=waits.busy,
        pool_use_lifo=True,
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi: sqlite3.Connection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
        dbapi.isolation_level = None
        with closing(dbapi.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout={_busy(waits)}")
            _write_ahead(cursor, within(waits.busy))
            for pragma in SQLITE_PRAGMAS:
                cursor.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout={_busy(waits)}")
            # A deferred transaction that reads and then writes loses updates or fails as locked:
            # stack.md G2.
            connection.exec_driver_sql("BEGIN" if _reads(connection) else "BEGIN IMMEDIATE")
            connection.info[INSTANT] = _stated(cursor)

    _note_commits(engine)
    return engine


def _write_ahead(cursor: sqlite3.Cursor, seconds: float) -> None:
    """Give the file its write-ahead log; wait so many seconds for another that does the same.

    The wait is ours: of two that open a new file at once, SQLite refuses one without waiting for
    its ``busy_timeout``, since each already reads what the other wants to change.

    Raises:
        sqlite3.OperationalError: the file stayed locked.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(LOOKS_AGAIN)
        else:
            return


def _stated(cursor: DBAPICursor) -> datetime:
    """Return the instant (UTC) that SQLite states, to a thousandth of a second."""
    cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
    ((stated,),) = cursor.fetchall()
    return datetime.fromisoformat(stated).replace(tzinfo=UTC)


def _opening(engine: Engine, waits: Waits) -> Opening:
    """Return what begins a transaction that may only read, on the driver alone."""
    if engine.dialect.name == "postgresql":
        asked = waits.opening_to_read()
        return lambda cursor: _asked(cursor, asked, waits)

    def begin(cursor: DBAPICursor) -> datetime:
        cursor.execute(f"PRAGMA busy_timeout={_busy(waits)}")
        cursor.execute("BEGIN")
        return _stated(cursor)

    return begin


def _busy(waits: Waits) -> int:
    return round(within(waits.busy) * 1000)


class FormLock(Struct, frozen=True):
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
    def _sent(connection: Connection) -> None:
        if not _reads(connection):
            _COMMIT.sent = True


def _reads(connection: Connection) -> bool:
    """Return whether a connection is one of ``Database.read``."""
    return bool(connection.get_execution_options().get("read_only"))


@contextmanager
def counting_commits() -> Iterator[list[None]]:
    """Count the transactions that this thread commits in the block: the list has one entry each."""
    seen: list[None] = []
    token = _committed.set(seen)
    try:
        yield seen
    finally:
        _committed.reset(token)


class RereadingSession(Session):
    """A session in which a row that is locked is read anew, also if it was read before.

    Who waited for a lock would otherwise decide by what the row said before the wait: SQLAlchemy
    keeps the values of a row that it has already loaded.
    """


@event.listens_for(RereadingSession, "do_orm_execute")
def _read_anew(state: ORMExecuteState) -> None:
    if locks_rows(state.statement):
        state.update_execution_options(populate_existing=True)


class Database:
    """Opens transactions: ``write()`` commits at the end of the block, ``read()`` never writes.

    Attributes:
        request: How many seconds one request waits for it in all; 0 is without an end.
        short: Its way for one statement that only reads.
    """

    def __init__(self, engine: Engine, waits: Waits = SITE_WAITS) -> None:
        self.engine = engine
        self.request = waits.request
        self.short = ShortReads(engine, _opening(engine, waits))
        self._turns = threading.RLock() if engine.dialect.name == "sqlite" else None
        self._write = sessionmaker(engine, class_=RereadingSession, expire_on_commit=False)
        self._read = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False)

    @property
    def writes_alone(self) -> bool:
        """Whether a writing transaction keeps all others from writing until its end."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self, form: FormLock | None = None) -> Iterator[Session]:
        """Open a writing transaction; an exception rolls it back whole.

        Raises:
            CommitUnknownError: COMMIT was sent and not answered.
            PatienceEndedError: the request has waited as long as it may.
        """
        patience.check()
        _COMMIT.sent = False  # a migration of this thread may have left it
        try:
            with self._turn(), self._write.begin() as session:
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

    def _turn(self) -> AbstractContextManager[object]:
        """Let those who write begin in the order in which they came.

        PostgreSQL does so by itself, row by row. SQLite has one writer, and whoever waits looks now
        and then whether it is free: of many at once the last ones never find it so.
        """
        return nullcontext() if self._turns is None else patience.turn(self._turns, SITE_WAITS.busy)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a reading transaction (on SQLite it never waits for a writer).

        Raises:
            PatienceEndedError: the request has waited as long as it may.
        """
        patience.check()
        with self._read() as session:
            if self.engine.dialect.name == "postgresql":
                yield session
                # After a ROLLBACK the driver gives up all prepared statements, so that each page
                # would have its own planned again, which takes longer than running them.
                if session.in_transaction():
                    session.expunge_all()
                    _end_reading(session)
            else:
                yield session
                session.rollback()


def _end_reading(session: Session) -> None:
    """End a transaction that changed nothing: a line that is lost now takes nothing back."""
    try:
        session.commit()
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise


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
