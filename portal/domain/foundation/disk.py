"""Files and the disk: their digest, and waiting until what was written is on it."""

import hashlib
import os
from pathlib import Path


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Return when a file's content, or the names in a folder, are on the disk.

    Raises:
        OSError: they could not be written.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
