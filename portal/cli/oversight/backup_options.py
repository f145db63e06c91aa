"""What the commands about backups share: options, the newest file, and the numbered copy."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, cast

import click

from portal.cli.context import Command, Context
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.deployment import title_of
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import load_vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.services import (
    NewCopy,
    latest_end,
    register,
    removed_by_program,
)
from portal.platform.backups.identities import read_identities
from portal.platform.backups.making import newest_backup
from portal.platform.backups.restoring import Order
from portal.platform.backups.temporary import Place
from portal.platform.database import COMMAND_WAITS, Database, make_engine
from portal.platform.schema import State, file_missing, read_schema, refuse

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)

identity_option = click.option(
    "--identity",
    type=FILE,
    required=True,
    metavar="FILE",
    help="Secret key that opens the backup (AGE-SECRET-KEY-1…).",
)
backup_option = click.option(
    "--backup", type=FILE, default=None, metavar="FILE", help="Default: the newest backup."
)


@dataclass(frozen=True)
class BackupPlace:
    """Where a check restores to, and who answers for that copy while it exists."""

    place: Place
    owner: str


def place_options(function: Command) -> Command:
    """Add the options of a temporary restore; the command gets ``place``."""

    @click.option(
        "--folder", type=FOLDER, metavar="DIR", help="Where to unpack; default beside the data."
    )
    @click.option(
        "--into",
        default="",
        metavar="URL",
        help="An empty PostgreSQL database to restore into; default: one is made.",
    )
    @click.option("--owner", default="", help="Who answers for the copy (PORTAL_BACKUP_OWNER).")
    @wraps(function)
    def wrapped(*args: Any, folder: Path | None, into: str, owner: str, **kwargs: Any) -> object:
        return function(*args, place=BackupPlace(Place(folder, into), owner), **kwargs)

    return cast("Command", wrapped)


def newest(context: Context) -> Path:
    """Return the newest backup of the folder of backups.

    Raises:
        InputError: there is none.
    """
    found = newest_backup(context.settings.backup_dir)
    if found is None:
        raise InputError(
            _s(
                "%(folder)s にバックアップがありません。「portal backup」で作るか、"
                "ファイルを指定してください。"
            )
            % {"folder": context.settings.backup_dir}
        )
    return found


def order_of(context: Context, file: Path, identity: Path) -> Order:
    """Return the order to restore a file into the deployment's place."""
    settings = context.settings
    return Order(
        settings,
        load_vault(settings.key_dir),
        file,
        read_identities(identity),
        settings.backup_dir,
        title_of(context.load_program()),
    )


@dataclass(frozen=True)
class Live:
    """The live database of a command that also works before an upgrade.

    ``registers``: whether its tables are those of this program, so that copies can be numbered.
    """

    database: Database
    registers: bool


@contextmanager
def live_database(context: Context) -> Iterator[Live]:
    """Open the live database, also one whose tables wait for an upgrade.

    Raises:
        InputError: it is missing, empty, foreign, or of a later program that only adds nothing.
    """
    database = Database(make_engine(context.settings.database_url, waits=COMMAND_WAITS))
    try:
        if file_missing(database.engine):
            raise InputError(
                _s("データベースがありません。PORTAL_DATABASE_URL を確かめてください。")
            )
        with database.engine.execution_options(read_only=True).connect() as connection:
            schema = read_schema(connection)
        if not schema.is_usable and schema.state is not State.BEHIND:
            refuse(schema)
        yield Live(database, schema.is_usable)
    finally:
        database.engine.dispose()


@contextmanager
def writing(context: Context, database: Database) -> Iterator[Work]:
    """Open a writing transaction in the name of whoever runs the command."""
    with database.write() as session:
        yield Work(
            session,
            load_vault(context.settings.key_dir),
            context.load_program(),
            context.actor,
            context.clock.now(session),
        )


def owner_of(context: Context, given: str) -> str:
    """Return who answers for a copy.

    Raises:
        InputError: nobody is named.
    """
    owner = given or context.settings.backup_owner
    if not owner:
        raise InputError(
            _s(
                "写しに責任を持つ人か組織がありません。"
                "PORTAL_BACKUP_OWNER か --owner で指定してください。"
            )
        )
    return owner


def short_copy(context: Context, work: Work, kind: CopyKind, place: BackupPlace) -> NewCopy:
    """Return the register's entry of a copy that exists while a command runs."""
    today = jst_date(work.now)
    where = place.place.folder or context.settings.data_dir.parent
    return NewCopy(
        kind=kind,
        place=f"{socket.gethostname()}:{where}"[:300],
        owner=owner_of(context, place.owner),
        purpose=_s("確かめるあいだだけ。終わると、プログラムが消します"),
        until=min(today + timedelta(days=1), latest_end(work.program, today)),
    )


@contextmanager
def registered(
    context: Context, kind: CopyKind, place: BackupPlace
) -> Iterator[Callable[[], int | None]]:
    """Number the copy that a command makes, and record at the end that it is gone.

    Yields the function that gives its number; None where the tables wait for an upgrade. A killed
    command leaves an entry that is overdue from the next day on.
    """
    with live_database(context) as live:
        if not live.registers:
            click.echo(
                _s("表が古い版なので、この写しには番号を付けません。終わると消します。"), err=True
            )
            yield lambda: None
            return
        with writing(context, live.database) as work:
            number = register(work, short_copy(context, work, kind, place)).id
        try:
            yield lambda: number
        finally:
            with writing(context, live.database) as work:
                removed_by_program(work, number)


def with_folder(context: Context, folder: Path | None) -> Context:
    """Return the context with another folder of backups."""
    if folder is None:
        return context
    return replace(context, settings=replace(context.settings, backup_dir=folder.resolve()))
