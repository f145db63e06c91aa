"""Brings a database to the tables of this version: all or nothing, one process at a time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, update
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.platform.append_only import close_ledgers, open_ledgers
from portal.platform.lost import FORBIDDEN, sqlstate
from portal.platform.schema import (
    VERSIONS,
    Columns,
    Schema,
    State,
    columns_of,
    missing_from,
    numbers_of,
    read_schema,
    refuse,
)

if TYPE_CHECKING:
    from alembic.config import Config

ADVISORY_LOCK = 7301
FIRST_VERSION = "0.1.0"
BUSY = ("55P03", "57014", "40P01")
"""PostgreSQL's codes: a lock and a statement that took too long, and a deadlock."""


@dataclass(frozen=True)
class Limits:
    """How long, in seconds, a migration waits and may take."""

    turn: float = 300
    """For another process that migrates; on SQLite for whoever writes."""
    lock: float = 5
    """For a table that a site or a command uses: whoever comes after us waits behind us as long."""
    statement: float = 900
    idle: float = 300
    """Between two statements, while Python computes what to write."""


NORMAL = Limits()


def config(versions: Path) -> "Config":
    """Return the configuration that alembic needs; there is no ini file."""
    from alembic.config import Config  # noqa: PLC0415  (11 MB that a site never needs)

    settings = Config()
    settings.set_main_option("script_location", str(VERSIONS.parent))
    settings.set_main_option("version_locations", str(versions))
    settings.set_main_option("path_separator", "os")
    return settings


def create_tables(engine: Engine, limits: Limits = NORMAL, versions: Path = VERSIONS) -> bool:
    """Make all tables in an empty database; return False when they are there already.

    Raises:
        InputError: the database has other tables, or those of another version.
    """
    with _migrating(engine, limits) as connection:
        schema = read_schema(connection, versions)
        if schema.is_usable:
            return False
        if schema.state is not State.EMPTY:
            refuse(schema)
        run(connection, versions=versions)
        close_ledgers(connection)
    return True


def upgrade_tables(engine: Engine, limits: Limits = NORMAL, versions: Path = VERSIONS) -> bool:
    """Apply the migrations that a database lacks; return False when it lacks none.

    Raises:
        InputError: no tables of an earlier version; or the upgrade failed, and nothing has changed.
    """
    with _migrating(engine, limits) as connection:
        schema = read_schema(connection, versions)
        if schema.is_usable:
            return False
        if schema.state is not State.BEHIND:
            refuse(schema)
        promised = columns_at(str(schema.found), versions)
        if missing := missing_from(columns_of(connection), promised):
            refuse(replace(schema, state=State.INCOMPLETE, missing=missing))
        open_ledgers(connection)
        run(connection, versions=versions)
        close_ledgers(connection)
        _keep_oldest_program(connection, schema, versions)
        after = read_schema(connection, versions)
        if after.state is not State.CURRENT:
            refuse(after)
    return True


def run(connection: Connection, to: str = "head", versions: Path = VERSIONS) -> None:
    """Apply migrations up to a revision, in the running transaction."""
    from alembic import command  # noqa: PLC0415  (as in ``config``)

    settings = config(versions)
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)


def _keep_oldest_program(connection: Connection, schema: Schema, versions: Path) -> None:
    wanted = oldest_program(schema.oldest, schema.found or "", versions)
    connection.execute(update(table_of(Deployment)).values(oldest_program=wanted))


def oldest_program(known: str = "", after: str = "", versions: Path = VERSIONS) -> str:
    """Return the oldest version of the program that may go on after the migrations.

    Args:
        known: What the database says before them; "" if it says nothing yet.
        after: The revision before them; "" for all of a new database.
        versions: The folder of migrations.
    """
    return max([known or FIRST_VERSION, *_contracts(after, versions)], key=numbers_of)


def _contracts(after: str, versions: Path = VERSIONS) -> list[str]:
    """Return the versions that the migrations after a revision name as the oldest to go on.

    A migration that takes something away says so: ``CONTRACT = "0.3.0"`` (decision 0016).
    """
    found = []
    for path in sorted(versions.glob("[0-9]*.py")):
        match = re.search(r'^CONTRACT = "([0-9.]+)"$', path.read_text("utf-8"), re.MULTILINE)
        if path.name[:4] > after and match is not None:
            found.append(match[1])
    return found


def columns_at(revision: str, versions: Path = VERSIONS) -> Columns:
    """Return the columns that a database has after the migrations up to a revision."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            run(connection, revision, versions)
            return columns_of(connection)
    finally:
        engine.dispose()


@contextmanager
def _migrating(engine: Engine, limits: Limits) -> Iterator[Connection]:
    """Open a transaction in which tables may change; whatever fails takes everything back."""
    with engine.connect() as connection:
        _before(connection, limits)
        try:
            with connection.begin():
                _wait_for_turn(connection, limits)
                yield connection
                _check_foreign_keys(connection)
        except DBAPIError as error:
            raise _refusal(error) from error
        finally:
            connection.invalidate()  # its settings are for migrations only


def _before(connection: Connection, limits: Limits) -> None:
    if connection.dialect.name == "sqlite":
        # A table that is rebuilt is dropped for a moment, and with foreign keys on its rows'
        # children would go too. SQLite ignores this pragma inside a transaction.
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute(f"PRAGMA busy_timeout={round(limits.turn * 1000)}")
        raw.close()


def _wait_for_turn(connection: Connection, limits: Limits) -> None:
    if connection.dialect.name == "postgresql":
        _set(connection, "lock_timeout", limits.turn)
        _set(connection, "statement_timeout", 2 * limits.turn)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        _set(connection, "lock_timeout", limits.lock)
        _set(connection, "statement_timeout", limits.statement)
        _set(connection, "idle_in_transaction_session_timeout", limits.idle)


def _set(connection: Connection, name: str, seconds: float) -> None:
    connection.exec_driver_sql(f"SET LOCAL {name} = {round(seconds * 1000)}")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise InputError(
                _s(
                    "表 %(table)s の行が、存在しない行を指すことになるため、"
                    "更新をやめました。何も変わっていません。"
                )
                % {"table": broken[0]}
            )


def _refusal(error: DBAPIError) -> Exception:
    state = sqlstate(error)
    if state in BUSY or "locked" in str(error.orig):
        return InputError(
            _s(
                "ほかの処理がデータベースを使っているため、表を更新できませんでした。"
                "何も変わっていません。"
                "サイトやコマンドを止めるか、空いている時間に、もう一度「portal db "
                "upgrade」を実行してください。"
            )
        )
    if state == FORBIDDEN:
        return NotAllowedError(
            _s(
                "PORTAL_DATABASE_URL の利用者は、表を変えられません。何も変わっていません。"
                "表を持つ利用者のアドレスで、もう一度実行してください"
                "（バックアップの設定 backup.env にあるものです）。"
            )
        )
    if isinstance(error, OperationalError):
        return error
    # the database's own words may hold values of a row
    return InputError(
        _s(
            "表の更新が失敗しました（%(reason)s）。何も変わっていません。"
            "このプログラムの版とこの理由を添えて、開発者に知らせてください。"
        )
        % {"reason": f"{type(error.orig).__name__} {state}".strip()}
    )
