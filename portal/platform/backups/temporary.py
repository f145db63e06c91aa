"""An empty place to restore into for a while: a database and a folder that are gone afterwards."""

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.platform.backups.emptiness import empty, is_filled
from portal.platform.database import opened
from portal.platform.database_address import read_address
from portal.platform.lost import FORBIDDEN, sqlstate
from portal.platform.waits import COMMAND_WAITS
from portal.settings import Settings

PREFIX = "portal_check_"
_NAME = re.compile(PREFIX + r"(\d{8}t\d{6})_[0-9a-f]{8}")
LEFT_OVER = timedelta(days=1)
"""After how long the place of a killed check is removed by the next one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a check restores to.

    Attributes:
        folder: The folder for the files; None lets ``folder_of`` choose.
        database_url: An empty PostgreSQL database that is there; "" makes one for the check.
    """

    folder: Path | None = None
    database_url: str = ""


def folder_of(settings: Settings, where: Place) -> Path:
    """Return the folder in which a check makes its place.

    Unless told, that is beside the data, or, where this user may not write there (``/var/lib`` of
    a server, the read-only disk of a container), the folder of backups.
    """
    beside = settings.data_dir.parent
    return where.folder or (beside if os.access(beside, os.W_OK) else settings.backup_dir)


@contextmanager
def temporary_place(settings: Settings, where: Place) -> Iterator[Settings]:
    """Give the settings of an empty place in ``folder_of``; it is removed at the end.

    Raises:
        NotAllowedError: the database's user may not make another database.
        ConflictError: the database that was named is not empty.
        OSError: the folder cannot be made.
    """
    beside = folder_of(settings, where)
    _remove_old_folders(beside)
    place = Path(tempfile.mkdtemp(prefix=f"{_new_name()}-", dir=beside))
    try:
        given = where.database_url
        with _given(given) if given else _database(settings, place) as url:
            yield replace(settings, data_dir=place / "data", database_url=url)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _new_name() -> str:
    return f"{PREFIX}{datetime.now(UTC):%Y%m%dt%H%M%S}_{secrets.token_hex(4)}"


def _is_left_over(name: str) -> bool:
    """Tell whether a folder or a database is that of a check that was killed long ago."""
    match = _NAME.match(name)
    if match is None:
        return False
    made = datetime.strptime(match[1], "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    return datetime.now(UTC) - made > LEFT_OVER


def _remove_old_folders(beside: Path) -> None:
    for path in beside.glob(f"{PREFIX}*"):
        if _is_left_over(path.name):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _given(url: str) -> Iterator[str]:
    with opened(url, COMMAND_WAITS) as database:
        engine = database.engine
        if engine.dialect.name != "postgresql" or is_filled(engine):
            raise ConflictError(
                _s("--into には、PostgreSQL の空のデータベースを指定してください。"),
                code="database_used",
            )
        try:
            yield url
        finally:
            empty(engine)


@contextmanager
def _database(settings: Settings, place: Path) -> Iterator[str]:
    url = read_address(settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{place / 'data' / 'portal.sqlite3'}"
        return
    name = _new_name()
    with (
        opened(settings.database_url, COMMAND_WAITS) as database,
        database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        _remove_old_databases(connection)
        _create(connection, name)
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _create(connection: Connection, name: str) -> None:
    try:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    except DBAPIError as error:
        if sqlstate(error) != FORBIDDEN:
            raise
        raise NotAllowedError(
            _s(
                "このデータベースの利用者は、確かめるためのデータベースを作れません。"
                "空のデータベースを用意し、--into で指定するか、"
                "「ALTER ROLE 利用者 CREATEDB」を実行してください。"
            )
        ) from None


def _remove_old_databases(connection: Connection) -> None:
    names = connection.scalars(
        text("SELECT datname FROM pg_database WHERE datname LIKE :like"), {"like": f"{PREFIX}%"}
    ).all()
    for name in names:
        if _is_left_over(name):
            with suppress(DBAPIError):  # somebody else's
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
