"""Files and the disk: their digest, and waiting until what was written is on it."""

import hashlib
import os
from pathlib import Path

from portal.domain.foundation.held_file import CameIn


def digest_of(file: CameIn) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


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
