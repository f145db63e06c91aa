"""Stream a tar piece by piece into its encryption (age), so that no plain copy is written."""

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pyrage
from msgspec import Struct

BLOCK = 512
PIECE = 256 * 1024


def member(name: str, size: int, mtime: int) -> bytes:
    """Return the header of a file in a tar, which makes it readable by its owner only."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, mtime
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """Return the bytes that fill the last block of a file."""
    return bytes(-size % BLOCK)


END = bytes(2 * BLOCK)


class Written(Struct, frozen=True):
    """The digest and the size in bytes of an encrypted file."""

    sha256: str
    size: int


def encrypt(pieces: Iterator[bytes], path: Path, keys: Iterable[str]) -> Written:
    """Encrypt pieces to public keys (``age1…``) into a new file, synced to the disk.

    Raises:
        OSError: the file cannot be written; or whatever the iterator raised.
    """
    target = Target(path)
    try:
        encrypt_into(target, pieces, keys)
    except Exception:
        with suppress(OSError):
            target.close()
        raise
    target.close()
    return Written(target.sha256, target.size)


class Sink(Protocol):
    """What takes the encrypted bytes; ``error`` is why it could not."""

    error: Exception | None

    def write(self, data: bytes) -> int:
        """Take bytes."""

    def flush(self) -> None:
        """Do nothing, or pass on what was taken."""


def encrypt_into(target: Sink, pieces: Iterator[bytes], keys: Iterable[str]) -> None:
    """Encrypt pieces to public keys (``age1…``) into a target.

    Raises:
        Exception: what the iterator or the target raised.
    """
    source = Source(pieces)
    recipients = [pyrage.x25519.Recipient.from_str(key) for key in keys]
    try:
        pyrage.encrypt_io(source, target, recipients)
    except Exception as error:  # noqa: BLE001  (the library turns our own errors into its own; the first one counts)
        raise source.error or target.error or error from None


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


class Source:
    """The input of the encryption, read from an iterator of pieces.

    The iterator's error ends the reading and is kept as ``error``.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; nothing at the end."""
        while not self._rest:
            try:
                self._rest = next(self._pieces)
            except StopIteration:
                return b""
            except Exception as error:
                self.error = error
                raise
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken


class Target:
    """The output of the encryption: a new file, closed to others, with its digest and size."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.size = 0
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        """Write bytes; an error such as a full disk is kept as ``error``."""
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: no bytes are buffered here."""

    def close(self) -> None:
        """Write everything to the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    @property
    def sha256(self) -> str:
        """Return the digest of what was written, in hexadecimal digits."""
        return self._digest.hexdigest()
