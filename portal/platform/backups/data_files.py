"""Which files of the data folder belong into a backup: all but keys, the database and leftovers."""

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.key_ring import key_paths
from portal.platform.backups.identities import MARK
from portal.platform.backups.snapshots import COPY_NAME
from portal.platform.database_address import database_file
from portal.settings import Settings

SECRET_MARK = MARK.encode()
SMALL = 1024 * 1024
"""Bytes up to which a file is searched for keys; keys are short."""
RESTORING = ".restoring"
LEFT_OUT_ENDS = (".key", ".part", ".log")
SIDE_FILES = ("", "-wal", "-shm", "-journal")


class Found(Struct, frozen=True):
    """Files that belong into a backup, and those that are left out because a key is in them."""

    files: tuple[Path, ...]
    with_keys: tuple[Path, ...]


def find_files(settings: Settings, backup_dir: Path) -> Found:
    """Search the data folder; the paths are relative to it."""
    files: list[Path] = []
    with_keys: list[Path] = []
    secrets = _secrets(settings.key_dir)
    for path in _candidates(settings, backup_dir):
        kept = with_keys if _holds(path, secrets) else files
        kept.append(path.relative_to(settings.data_dir))
    return Found(tuple(sorted(files)), tuple(sorted(with_keys)))


def entries(settings: Settings, backup_dir: Path) -> list[Path]:
    """Return what stands in the data folder besides keys, backups and the database."""
    if not settings.data_dir.is_dir():
        return []
    outside = _outside(settings, backup_dir)
    return sorted(path for path in settings.data_dir.iterdir() if path not in outside)


def _candidates(settings: Settings, backup_dir: Path) -> Iterator[Path]:
    outside = _outside(settings, backup_dir)
    for folder, folders, names in os.walk(settings.data_dir):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here / name not in outside)
        for name in sorted(names):
            path = here / name
            if path in outside or name.endswith(LEFT_OUT_ENDS) or not path.is_file():
                continue
            if not path.is_symlink():
                yield path


def _outside(settings: Settings, backup_dir: Path) -> set[Path]:
    outside = {settings.key_dir, backup_dir, settings.metrics_dir, settings.data_dir / RESTORING}
    if (file := database_file(settings.database_url)) is not None:
        database = file.absolute()
        outside |= {database.with_name(database.name + end) for end in SIDE_FILES}
        outside.add(database.with_name(COPY_NAME))
    return outside


def _secrets(key_dir: Path) -> tuple[bytes, ...]:
    """Return every form in which one of our keys could stand in a file."""
    found = [SECRET_MARK]
    for path in key_paths(key_dir):
        text = path.read_text("ascii", "ignore").strip()
        found += [text.lower().encode(), text.upper().encode()]
        try:
            found.append(bytes.fromhex(text))
        except ValueError:
            continue
    return tuple(one for one in found if len(one) >= len(SECRET_MARK))


def _holds(path: Path, secrets: tuple[bytes, ...]) -> bool:
    if path.stat().st_size > SMALL:
        return False
    content = path.read_bytes()
    return any(secret in content for secret in secrets)
