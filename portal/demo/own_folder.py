"""The data folder of one demo: empty, and of no other demo that is running."""

import fcntl
import os
import shutil
from itertools import count
from pathlib import Path

from msgspec import Struct


class OwnFolder(Struct, frozen=True):
    """A folder, and the lock that keeps other demos out as long as this process lives."""

    path: Path
    lock: int

    def release(self) -> None:
        """Let another demo have it."""
        os.close(self.lock)


def take_folder(beside: Path) -> OwnFolder:
    """Return ``demo`` in a folder, or ``demo-2`` … where demos are running; what was in it is gone.

    Raises:
        OSError: the folder cannot be written.
    """
    beside.mkdir(0o700, parents=True, exist_ok=True)
    for number in count(1):
        path = beside / ("demo" if number == 1 else f"demo-{number}")
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(0o700)
        return OwnFolder(path, lock)
    raise AssertionError  # count() has no end
