"""What the commands about backups share: options, the newest file, and the numbered copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, cast

import click

from portal.cli.context import Command, Context
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.deployment import title_of
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import load_vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.services import (
    NewCopy,
    last_day,
    place_here,
    register,
    removed_by_program,
)
from portal.platform.backups.identities import read_identities
from portal.platform.backups.making import newest_backup
from portal.platform.backups.restoring import Order
from portal.platform.backups.temporary import Place, folder_of
from portal.platform.database import Database, opened
from portal.platform.disposed import refuse_disposed_data
from portal.platform.schema import State, file_missing, refuse, schema_of
from portal.platform.waits import COMMAND_WAITS

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
folder_option = click.option(
    "--folder",
    type=FOLDER,
    metavar="DIR",
    help="Where to unpack; default beside the data, or with the backups.",
)
into_option = click.option(
    "--into",
    default="",
    metavar="URL",
    help="An empty PostgreSQL database to restore into; default: one is made.",
)


@dataclass(frozen=True)
class BackupPlace:
    """Where a check restores to, and who answers for that copy while it exists."""

    place: Place
    owner: str


def place_options(function: Command) -> Command:
    """Add the options of a temporary restore; the command gets ``place``."""

    @folder_option
    @into_option
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
    with opened(settings.database_url, COMMAND_WAITS) as database:
        refuse_disposed_data(database.engine)
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
        InputError: it is missing, empty, foreign, or a later program's that this one would harm.
    """
    with opened(context.settings.database_url, COMMAND_WAITS) as database:
        if file_missing(database.engine):
            raise InputError(
                _s("データベースがありません。PORTAL_DATABASE_URL を確かめてください。")
            )
        refuse_disposed_data(database.engine)
        schema = schema_of(database.engine)
        if not schema.is_usable and schema.state is not State.BEHIND:
            refuse(schema)
        yield Live(database, schema.is_usable)


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


def _short_copy(context: Context, work: Work, kind: CopyKind, place: BackupPlace) -> NewCopy:
    """Return the register's entry of a copy that exists while a command runs."""
    where = folder_of(context.settings, place.place)
    return NewCopy(
        kind=kind,
        place=place_here(where),
        owner=owner_of(context, place.owner),
        purpose=_s("確かめるあいだだけ。終わると、プログラムが消します"),
        until=last_day(work, timedelta(days=1)),
    )


@contextmanager
def numbered(
    context: Context, database: Database, kind: CopyKind, place: BackupPlace
) -> Iterator[int]:
    """Number the copy that a command makes, and record at the end that it is gone.

    Yields its number. A killed command leaves an entry that is overdue from the second day on.
    """
    with writing(context, database) as work:
        number = register(work, _short_copy(context, work, kind, place)).id
    try:
        yield number
    finally:
        with writing(context, database) as work:
            removed_by_program(work, number)
