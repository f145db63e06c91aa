"""Open a backup: decrypt it piece by piece, and believe nothing before all digests agree."""

import hashlib
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyrage
from msgspec import Struct

from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.backups.manifest import (
    DATABASE,
    FILES,
    MANIFEST,
    SUMS,
    Manifest,
    not_a_backup,
    read_manifest,
)

PIECE = 1024 * 1024
MOST_SUMS = 64 * 1024 * 1024
DATABASE_NAME, FILES_NAME = "database", "files"


class Unpacked(Struct, frozen=True):
    """A backup in the open.

    Attributes:
        manifest: What it says about itself.
        database: The database: a SQLite file, or what ``pg_restore`` reads.
        files: The folder with the files of the data folder.
        sha256: The digest of the backup's file.
    """

    manifest: Manifest
    database: Path
    files: Path
    sha256: str


def unpack(
    backup: Path,
    identities: Sequence[Any],
    folder: Path,
    accept: Callable[[Manifest], None],
) -> Unpacked:
    """Decrypt a backup into an empty folder.

    ``accept`` sees the manifest before anything else is written and may raise.

    Raises:
        InputError: the file is damaged or foreign, or was encrypted to another key.
        OSError: the backup cannot be read, or the disk is full.
    """
    (folder / FILES_NAME).mkdir(mode=0o700)
    with _decrypted(backup, identities) as plain:
        content = _Content(folder, accept)
        try:
            with tarfile.open(fileobj=plain, mode="r|", encoding="utf-8") as tar:
                for member in tar:
                    content.take(member, tar.extractfile(member))
            while plain.read(PIECE):
                pass  # to the end: only there is the last piece known to be the last
        except (tarfile.TarError, EOFError):
            raise not_a_backup() from None
    manifest = content.finish()
    return Unpacked(manifest, folder / DATABASE_NAME, folder / FILES_NAME, digest_of(backup))


class _Content:
    """Takes the parts of a backup one by one and compares their digests at the end."""

    def __init__(self, folder: Path, accept: Callable[[Manifest], None]) -> None:
        self._folder, self._accept = folder, accept
        self._manifest: Manifest | None = None
        self._found: dict[str, str] = {}
        self._listed: dict[str, str] | None = None

    def take(self, member: tarfile.TarInfo, data: IO[bytes] | None) -> None:
        """Take one part: the manifest is the first, the digests are the last."""
        name = member.name
        if data is None or self._listed is not None or name in self._found:
            raise not_a_backup()
        if self._manifest is None:
            self._take_manifest(name, data.read(MOST_SUMS))
        elif name == SUMS:
            self._listed = _read_sums(data.read(MOST_SUMS))
        elif name.startswith(DATABASE):
            self._found[name] = _copy(data, self._folder / DATABASE_NAME, "ab")
        elif name.startswith(FILES):
            self._found[name] = _copy(data, self._file(name.removeprefix(FILES)), "xb")
        else:
            raise not_a_backup()

    def _take_manifest(self, name: str, content: bytes) -> None:
        if name != MANIFEST:
            raise not_a_backup()
        self._manifest = read_manifest(content)
        self._found[name] = hashlib.sha256(content).hexdigest()
        self._accept(self._manifest)

    def _file(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts:
            raise not_a_backup()
        target = (self._folder / FILES_NAME).joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return target

    def finish(self) -> Manifest:
        """Return the manifest if every part is there and is what was written."""
        if self._manifest is None or self._listed is None or self._found != self._listed:
            raise not_a_backup()
        return self._manifest


def _read_sums(content: bytes) -> dict[str, str]:
    lines = content.decode("utf-8", "surrogateescape").splitlines()
    return {name: digest for digest, _gap, name in (line.partition("  ") for line in lines)}


def _copy(data: IO[bytes], target: Path, mode: str) -> str:
    digest = hashlib.sha256()
    with open(target, mode, opener=_private) as file:
        while piece := data.read(PIECE):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _decrypted(backup: Path, identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Give the plain stream of a file; a thread decrypts it into a pipe."""
    with backup.open("rb") as encrypted:
        reading, writing = os.pipe()
        work = _Decrypting(encrypted, writing, identities)
        work.start()
        try:
            with os.fdopen(reading, "rb") as plain:
                yield plain
        except BaseException:
            work.join()
            if work.refusal is not None:
                raise work.refusal from None
            raise
        work.join()
        if work.refusal is not None:
            raise work.refusal


class _Decrypting(threading.Thread):
    """Decrypts a file into a pipe; ``refusal`` says afterwards why it could not."""

    def __init__(self, encrypted: IO[bytes], writing: int, identities: Sequence[Any]) -> None:
        super().__init__(daemon=True)
        self._encrypted, self._writing, self._identities = encrypted, writing, identities
        self.refusal: Exception | None = None

    def run(self) -> None:
        """Decrypt everything, or as much as is wanted."""
        target = _Pipe(self._writing)
        try:
            pyrage.decrypt_io(self._encrypted, target, list(self._identities))
        except Exception as error:  # noqa: BLE001  (the library has its own errors for everything)
            if not target.unwanted:
                self.refusal = _refusal(error)
        finally:
            target.close()


class _Pipe:
    """The end of the pipe that the decryption writes to."""

    def __init__(self, handle: int) -> None:
        self._file = os.fdopen(handle, "wb")
        self.unwanted = False

    def write(self, data: bytes) -> int:
        """Write bytes; that nobody reads them is no fault of the file."""
        try:
            return self._file.write(data)
        except BrokenPipeError:
            self.unwanted = True
            raise

    def flush(self) -> None:
        """Do nothing; closing writes what is left."""

    def close(self) -> None:
        """Write what is left and close the pipe."""
        with suppress(BrokenPipeError):
            self._file.close()


def _refusal(error: Exception) -> Exception:
    if "matching keys" in str(error).lower():
        return InputError(
            _s(
                "このバックアップは、この鍵では開けません。別の公開鍵に向けて作られています。"
                "そのときの秘密の鍵のファイルを --identity で指定してください。"
            ),
            code="other_identity",
        )
    # the library reports a file that ends too early as an OSError of its own, without a number
    return error if isinstance(error, OSError) and error.errno else not_a_backup()
