"""The database at one instant: its sums and its content, while others go on writing."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError, IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.platform.backups import postgres_programs

PRIMARY = 0xFF
"""The bits of SQLite's error codes that say the kind; the others say where."""
COPY_NAME = ".portal-backup-database.part"
"""A plain copy of the SQLite file that lies beside it while a backup is written."""


class Snapshot(Struct, frozen=True):
    """One instant of a database.

    Attributes:
        session: Reads that instant.
        pieces: Yields the content of the same instant, piece by piece.
    """

    session: Session
    pieces: Callable[[], Iterator[bytes]]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Open a snapshot of a database.

    Raises:
        IntegrityFaultError: the SQLite file is damaged.
        OSError: no room for the copy of the SQLite file.
    """
    if engine.dialect.name == "postgresql":
        with _postgres(engine) as found:
            yield found
    else:
        with _sqlite(Path(str(engine.url.database))) as found:
            yield found


@contextmanager
def _postgres(engine: Engine) -> Iterator[Snapshot]:
    with engine.connect() as fresh:
        connection = fresh.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        name = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        with Session(connection) as session:
            yield Snapshot(session, lambda: postgres_programs.dump(engine, name))


@contextmanager
def _sqlite(path: Path) -> Iterator[Snapshot]:
    copy = path.with_name(COPY_NAME)
    try:
        _copy_sqlite(path, copy)
        engine = read_only(copy)
        try:
            with Session(engine) as session:
                yield Snapshot(session, lambda: _pieces(copy))
        finally:
            engine.dispose()
    finally:
        copy.unlink(missing_ok=True)


def _copy_sqlite(path: Path, copy: Path) -> None:
    """Copy a SQLite database in use, by its online backup, into one whole file.

    Raises:
        IntegrityFaultError: the copy is damaged, and so is the database.
        OSError: the disk is full.
    """
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source = sqlite3.connect(f"file:{path}?mode=rw", uri=True)
    target = sqlite3.connect(copy, isolation_level=None)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        checked = target.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise _refusal(error) from error
    finally:
        target.close()
        source.close()
    if checked != ("ok",):
        raise _damaged()


def read_only(path: Path) -> Engine:
    """Return an engine that reads a SQLite file as it is and leaves nothing beside it."""
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False),
        hide_parameters=True,
    )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(postgres_programs.PIECE):
            yield piece


def _refusal(error: sqlite3.DatabaseError) -> Exception:
    if error.sqlite_errorcode & PRIMARY in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return InputError(
            _s(
                "ディスクの空きが足りません。空けてから、もう一度実行してください。"
                "途中のものは残っていません。"
            )
        )
    if isinstance(error, sqlite3.OperationalError):
        return InputError(
            _s("データベースを読めません。PORTAL_DATABASE_URL と、権限を確かめてください。")
        )
    return _damaged()


def _damaged() -> IntegrityFaultError:
    return IntegrityFaultError(
        _s(
            "データベースのファイルが壊れています。バックアップは作っていません。"
            "最後のバックアップから戻してください。"
        )
    )
