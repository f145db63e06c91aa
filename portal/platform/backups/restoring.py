"""Restore a backup into an empty place: whole, or nothing is left of it.

Everything is unpacked into one folder beside its place and checked there; the files are put into
place next, and the database last, in one step. What a killed restore leaves is removed by the next.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import ConflictError, InputError, IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.platform.backups import postgres_programs
from portal.platform.backups.data_files import RESTORING, SIDE_FILES, entries
from portal.platform.backups.emptiness import empty, is_filled
from portal.platform.backups.manifest import (
    Manifest,
    check_deployment,
    check_keys,
    differences,
    figures_of,
)
from portal.platform.backups.sealed_files import open_files, open_files_key
from portal.platform.backups.snapshots import read_only
from portal.platform.backups.unpacking import Unpacked, unpack
from portal.platform.database import make_folder, opened
from portal.platform.database_address import read_address
from portal.platform.roles import renew_grants
from portal.platform.schema import revisions
from portal.platform.waits import COMMAND_WAITS
from portal.settings import Settings

JOURNAL = "placed.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be restored, and where.

    Attributes:
        settings: The empty place: its database and its data folder; and the keys.
        vault: The keys.
        backup: The file.
        identities: The secret keys that open it.
        backup_dir: The folder of backups, which may lie in the data folder.
        title: Ward and program that the backup must be of.
    """

    settings: Settings
    vault: Vault
    backup: Path
    identities: Sequence[Any]
    backup_dir: Path
    title: str


def restore(order: Order) -> Unpacked:
    """Restore a backup into an empty database and an empty data folder.

    Raises:
        ConflictError: the database or the data folder is not empty.
        InputError: the file is damaged, foreign, of a later program or another engine or program,
            or was encrypted to another key; nothing has changed.
        IntegrityFaultError: the keys are not those of the backup, or what was restored is not what
            the backup says; nothing is left.
        OSError: the disk is full; nothing is left.
    """
    settings = order.settings
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_folder(settings.database_url)
    with opened(settings.database_url, COMMAND_WAITS) as database:
        engine = database.engine
        _clear_killed(settings, engine)
        _refuse_used(order, engine)
        folder = settings.data_dir / RESTORING
        folder.mkdir(mode=0o700)
        try:
            unpacked = unpack(
                order.backup, order.identities, folder, lambda found: _accept(order, engine, found)
            )
            _put(order, engine, unpacked)
        except BaseException:
            _clear_killed(settings, engine)
            raise
        _forget(folder)
        return unpacked


def _clear_killed(settings: Settings, engine: Engine) -> None:
    """Remove what a restore left that did not come to its end."""
    folder = settings.data_dir / RESTORING
    if not folder.is_dir():
        return
    journal = folder / JOURNAL
    if journal.exists() and not is_filled(engine):
        for name in json.loads(journal.read_text("utf-8")):
            _remove(settings.data_dir / name)
    _forget(folder)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    """Remove the folder of a restore, its journal first: then nothing else is taken for its own."""
    (folder / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _refuse_used(order: Order, engine: Engine) -> None:
    if is_filled(engine):
        raise ConflictError(
            _s(
                "このデータベースは空ではありません。復元は、空のデータベースにだけできます。"
                "PORTAL_DATABASE_URL を確かめてください。何も変わっていません。"
            ),
            code="database_used",
        )
    if found := entries(order.settings, order.backup_dir):
        raise ConflictError(
            _s(
                "データのフォルダーに %(name)s があります。復元は、空のフォルダーにだけできます。"
                "PORTAL_DATA_DIR を確かめてください。何も変わっていません。"
            )
            % {"name": found[0].name},
            code="folder_used",
        )


def _accept(order: Order, engine: Engine, manifest: Manifest) -> None:
    if manifest.engine != engine.dialect.name:
        raise InputError(
            _s(
                "このバックアップは %(theirs)s のもので、%(ours)s には戻せません。"
                "PORTAL_DATABASE_URL を確かめてください。何も変わっていません。"
            )
            % {"theirs": manifest.engine, "ours": engine.dialect.name},
            code="other_engine",
        )
    if manifest.program != order.title:
        raise InputError(
            _s(
                "このバックアップは、別の事業（%(theirs)s）のものです。"
                "PORTAL_PROGRAM を確かめてください。何も変わっていません。"
            )
            % {"theirs": manifest.program},
            code="other_program",
        )
    if manifest.schema not in revisions():
        raise InputError(
            _s(
                "このバックアップの表は、このプログラムより新しい版です（%(found)s）。"
                "新しい版のプログラムで復元してください。何も変わっていません。"
            )
            % {"found": manifest.schema},
            code="newer_schema",
        )
    check_keys(manifest, order.vault)


def _put(order: Order, engine: Engine, unpacked: Unpacked) -> None:
    sqlite = engine.dialect.name == "sqlite"
    if sealed := unpacked.manifest.files_key:
        open_files(open_files_key(order.vault, sealed), unpacked.files)
    if sqlite:  # before anything is in place
        checked = read_only(unpacked.database)
        try:
            with Session(checked) as session:
                _compare(session, order.vault, unpacked.manifest)
        finally:
            checked.dispose()
    _place_files(order.settings, unpacked)
    if sqlite:
        engine.dispose()
        _place_sqlite(order.settings, unpacked.database)
    else:
        _load(engine, order.vault, unpacked)


def _place_sqlite(settings: Settings, database: Path) -> None:
    target = Path(str(read_address(settings.database_url).database))
    for end in SIDE_FILES[1:]:  # of an empty file that was there: they belong to no other
        target.with_name(target.name + end).unlink(missing_ok=True)
    database.replace(target)
    sync(target.parent)


def _load(engine: Engine, vault: Vault, unpacked: Unpacked) -> None:
    postgres_programs.load(engine, unpacked.database)
    try:
        with Session(engine) as session:
            _compare(session, vault, unpacked.manifest)
        renew_grants(engine)
    except BaseException:
        empty(engine)
        raise


def _compare(session: Session, vault: Vault, manifest: Manifest) -> None:
    check_deployment(session, vault)
    said = differences(manifest.figures, figures_of(session))
    if said:
        raise IntegrityFaultError(
            "\n".join([_s("復元したものが、バックアップの記録と合いません。"), *said])
        )


def _place_files(settings: Settings, unpacked: Unpacked) -> None:
    found = sorted(unpacked.files.iterdir())
    journal = unpacked.files.parent / JOURNAL
    part = journal.with_name(JOURNAL + ".part")  # whole or not there: the next restore believes it
    part.write_text(json.dumps([path.name for path in found]), "utf-8")
    sync(part)
    part.replace(journal)
    sync(journal.parent)
    for path in found:
        path.replace(settings.data_dir / path.name)
    sync(settings.data_dir)
