"""Make a backup: one encrypted file that is there whole, or not at all."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from msgspec import Struct

from portal.domain.foundation import sealed_tar
from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.platform.backups.data_files import Found, find_files
from portal.platform.backups.manifest import (
    DATABASE,
    FILES,
    MANIFEST,
    SUMS,
    Manifest,
    check_deployment,
    manifest_of,
)
from portal.platform.backups.sealed_files import new_files_key, seal_pieces, sealed_size
from portal.platform.backups.snapshots import Snapshot, snapshot
from portal.platform.database import Database
from portal.settings import Settings

PART, SUFFIX = ".part", ".tar.age"
PREFIX = "portal-"
PATTERN = f"{PREFIX}*{SUFFIX}"


class Wanted(Struct, frozen=True):
    """What a backup is made of, and for whom.

    Attributes:
        settings: The deployment.
        vault: Its keys, of which the backup says only whether they fit.
        folder: Where the file is written.
        recipients: The public keys that it is encrypted to.
        title: Ward and program, by which a restore knows that it is not another ward's.
    """

    settings: Settings
    vault: Vault
    folder: Path
    recipients: Sequence[str]
    title: str


class Made(Struct, frozen=True):
    """A finished backup.

    Attributes:
        path: The file.
        sha256: Its digest.
        size: Its bytes.
        manifest: What it says about itself.
        files: How many files of the data folder are in it.
        left_out: The files that were left out because they hold a key.
    """

    path: Path
    sha256: str
    size: int
    manifest: Manifest
    files: int
    left_out: tuple[Path, ...]


def make_backup(
    database: Database, wanted: Wanted, entered: Callable[[Made], AbstractContextManager[None]]
) -> Made:
    """Write a backup of a database and the files of its data folder.

    ``entered`` registers the backup; the file gets its name inside of it, so that both are there or
    neither.

    Raises:
        ConflictError: another backup is being written into the folder.
        IntegrityFaultError: the keys are not those of the database, or the database is damaged.
        InputError: the database was never begun, or PostgreSQL's program failed.
        OSError: the file cannot be written; nothing is left of it.
    """
    wanted.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(wanted.folder):
        for leftover in wanted.folder.glob(f"{PREFIX}*{PART}"):
            leftover.unlink()
        with snapshot(database.engine) as found:
            check_deployment(found.session, wanted.vault)
            key, files_key = new_files_key(wanted.vault)
            manifest = manifest_of(found.session, wanted.vault, wanted.title)
            made = _write(wanted, found, replace(manifest, files_key=files_key), key)
        part = _part(made.path)
        try:
            with entered(made):
                part.replace(made.path)
                sync(wanted.folder)
        except BaseException:
            for leftover in (part, made.path):
                leftover.unlink(missing_ok=True)
            raise
        return made


def _part(target: Path) -> Path:
    return target.with_name(target.name + PART)


def _write(wanted: Wanted, found: Snapshot, manifest: Manifest, key: bytes) -> Made:
    """Write the file under a name that no reader takes for a backup."""
    target = wanted.folder / _name(manifest.taken_at)
    files = find_files(wanted.settings, wanted.folder)
    written = _Parts(manifest, found, files, wanted.settings.data_dir, key)
    try:
        done = sealed_tar.encrypt(written.pieces(), _part(target), wanted.recipients)
    except BaseException:
        _part(target).unlink(missing_ok=True)
        raise
    return Made(target, done.sha256, done.size, manifest, written.count, files.with_keys)


def _name(taken_at: datetime) -> str:
    """Return the file's name; names are in the order of their instants."""
    return f"{PREFIX}{taken_at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z{SUFFIX}"


class _Parts:
    """The content of a backup as the pieces of a tar, with the digest of each part."""

    def __init__(
        self, manifest: Manifest, found: Snapshot, files: Found, root: Path, key: bytes
    ) -> None:
        self._manifest, self._found, self._files, self._root = manifest, found, files, root
        self._key = key
        self._mtime = int(manifest.taken_at.timestamp())
        self._sums: list[str] = []
        self.count = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield everything; the digests come last."""
        yield from self._member(MANIFEST, self._manifest.as_json())
        for number, piece in enumerate(self._found.pieces()):
            yield from self._member(f"{DATABASE}{number:06}", piece)
        for path in self._files.files:
            yield from self._file(path)
        yield from self._member(SUMS, "".join(self._sums).encode())
        yield sealed_tar.END

    def _member(self, name: str, content: bytes) -> Iterator[bytes]:
        self._note(hashlib.sha256(content).hexdigest(), name)
        yield sealed_tar.member(name, len(content), self._mtime)
        yield content
        yield sealed_tar.padding(len(content))

    def _file(self, path: Path) -> Iterator[bytes]:
        """Yield a file with the size it has now; what grows meanwhile is cut, what shrinks filled.

        A file that was removed since the snapshot is left out: the database knows that letters
        which were handed over lose their file.
        """
        name = FILES + path.as_posix()
        try:
            file = (self._root / path).open("rb")
        except FileNotFoundError:
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            yield sealed_tar.member(name, sealed_size(size), self._mtime)
            digest = hashlib.sha256()
            for piece in seal_pieces(self._key, path.as_posix(), _pieces(file, size)):
                digest.update(piece)
                yield piece
            yield sealed_tar.padding(sealed_size(size))
        self.count += 1
        self._note(digest.hexdigest(), name)

    def _note(self, sha256: str, name: str) -> None:
        self._sums.append(f"{sha256}  {name}\n")


def _pieces(file: IO[bytes], left: int) -> Iterator[bytes]:
    """Yield so many bytes of a file, in pieces that are full but for the last."""
    while left:
        wanted = min(left, sealed_tar.PIECE)
        piece = file.read(wanted).ljust(wanted, b"\0")
        left -= wanted
        yield piece


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the folder for one backup; the lock ends with the process, even if that is killed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                _s("バックアップは、いま別の処理が作っています。終わるのを待ってください。"),
                code="backup_running",
            ) from None
        yield
    finally:
        os.close(handle)


def newest_backup(folder: Path) -> Path | None:
    """Return the newest backup of a folder; None if there is none."""
    return max(folder.glob(PATTERN), default=None)
