"""The files of a backup are sealed like the rows: without the keys nobody reads a letter in it.

A plain letter lies in the data folder until it is handed over. A backup of that hour is encrypted
to the identities that open backups; they outlive the keys, and disposal must not depend on them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.key_ring import KEY_BYTES
from portal.domain.foundation.sealed_tar import PIECE
from portal.domain.foundation.vault import (
    LONGEST_MARK,
    Vault,
    seal,
    sealing_adds,
    unseal,
    was_added,
)

FILES_CONTEXT = b"backup-files"


def new_files_key(vault: Vault) -> tuple[bytes, str]:
    """Return a key for the files of one backup: plain, and sealed for its manifest (hex)."""
    key = os.urandom(KEY_BYTES)
    return key, seal(vault.kek, key, FILES_CONTEXT).hex()


def open_files_key(vault: Vault, sealed: str) -> bytes:
    """Return the plain key of a backup's files.

    Raises:
        IntegrityFaultError: it was made with another master key.
    """
    return unseal(vault.kek, bytes.fromhex(sealed), FILES_CONTEXT)


def sealed_size(size: int) -> int:
    """Return how long a file of this size is when it is sealed."""
    return size + sealing_adds() * -(-size // PIECE)


def seal_pieces(key: bytes, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Seal a file piece by piece; each piece is bound to the file's name and its number."""
    for number, piece in enumerate(pieces):
        yield seal(key, piece, _context(name, number))


def open_files(key: bytes, folder: Path) -> None:
    """Open every file of an unpacked backup in its place.

    Raises:
        IntegrityFaultError: a piece was changed, or is of another file.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            plain = path.with_name(path.name + ".opening")
            handle = os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with path.open("rb") as sealed, os.fdopen(handle, "wb") as file:
                _open(key, path.relative_to(folder).as_posix(), sealed, file)
                file.flush()
                os.fsync(file.fileno())
            plain.replace(path)


def _open(key: bytes, name: str, sealed: IO[bytes], file: IO[bytes]) -> None:
    length, number = _length(sealed), 0
    while piece := sealed.read(length):
        file.write(unseal(key, piece, _context(name, number)))
        number += 1


def _length(sealed: IO[bytes]) -> int:
    """Return how long a sealed piece of a file is, and let the file be read from its start."""
    # the program that made the backup may have sealed with another algorithm than this one
    length = PIECE + was_added(sealed.read(LONGEST_MARK))
    sealed.seek(0)
    return length


def _context(name: str, number: int) -> bytes:
    return f"backup-file:{number}:{name}".encode()


def opens_a_piece(key: bytes, name: str, path: Path) -> bool:
    """Tell whether a key opens the first piece of a sealed file of a backup."""
    with path.open("rb") as sealed:
        piece = sealed.read(_length(sealed))
    try:
        unseal(key, piece, _context(name, 0))
    except IntegrityFaultError:
        return False
    return True
