"""A disk of a few megabytes that a test fills; root and the right to mount are needed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Write until nothing more fits."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def free(self) -> None:
        """Take away what filled it."""
        self._filler.unlink()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int, owner: int | None = None) -> Iterator[SmallDisk]:
    """Mount a disk on a folder, for a user if not for us."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=0755"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no disk to fill: {mounted.stderr.strip()}")
    try:
        if owner is not None:
            os.chown(folder, owner, -1)
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
