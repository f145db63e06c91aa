"""Files of a run of the tests, in memory: every test makes databases and throws them away."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free; a whole run needs about a tenth."""


@contextlib.contextmanager
def files_in_memory(memory: Path = MEMORY) -> Iterator[None]:
    """Let this process and those it starts make their temporary files in memory, if it has room.

    They are gone after the block.
    """
    if "TMPDIR" in os.environ or not has_room(memory):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="portal-tests-", dir=memory) as folder:
        Path(folder).chmod(0o711)  # root's database server runs as another user
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            del os.environ["TMPDIR"]


def has_room(memory: Path = MEMORY) -> bool:
    """Return whether this machine has a file system in memory, with room for the tests."""
    return memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM
