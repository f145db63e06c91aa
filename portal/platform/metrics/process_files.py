"""The folder in which the processes of a node count, each in files of its own.

A process holds a lock on its sign of life while it runs, in whatever container. Of those that have
ended the counts are added to one file, so that sums never fall and files do not pile up; what held
only while they ran (connections in use) goes.
"""

import fcntl
import logging
import os
import secrets
import struct
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from prometheus_client import Metric, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

LOG = logging.getLogger("portal.metrics")
SIZES = {"counter": 1 << 19, "histogram": 1 << 21, "gauge_livesum": 1 << 16}
"""Bytes of the files of a process, reserved when it starts.

A page of a file that finds no room on the disk when it is first written ends the process (SIGBUS).
A histogram of one route takes about 2.5 kB.
"""
SIGN_OF_LIFE = ".alive"
ENDED = "ended"
"""In place of a process, in the names of the files that hold the sums of those that ended."""
_held: list[int] = []


class NoRoomError(Exception):
    """The folder cannot be written or its disk is full; a site then goes on without counting."""


def count_in(folder: Path) -> str:
    """Let this process count in a folder from now on; return its name there.

    Call it once in a process, before its metrics are made.

    Raises:
        NoRoomError: the files cannot be made.
    """
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unseen = folder / name  # until it is locked: unlocked it would be one that has ended
        sign = os.open(unseen, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(sign, fcntl.LOCK_EX)
        unseen.rename(folder / (name + SIGN_OF_LIFE))
        for kind, size in SIZES.items():
            _reserve(folder / f"{kind}_{name}.db", size)
    except OSError as error:
        _remove(folder, name)
        raise NoRoomError(type(error).__name__) from error
    _held.append(sign)  # kept open: the lock ends with the process
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(process_identifier=lambda: name)
    return name


def _reserve(path: Path, size: int) -> None:
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        os.posix_fallocate(file, 0, size)
    finally:
        os.close(file)


def _remove(folder: Path, name: str) -> None:
    for path in (*folder.glob(f"*_{name}.db"), folder / (name + SIGN_OF_LIFE)):
        with suppress(OSError):
            path.unlink()


class ProcessFiles:
    """Adds up what all processes have counted; only one process of a node may do so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of all processes, running and ended."""
        with self._turn:
            self.add_up_ended()
            return list(MultiProcessCollector(None, str(self._folder)).collect())

    def add_up_ended(self) -> int:
        """Add the counts of ended processes to the sums, remove their files, return how many."""
        ended = [name for name in self._names() if not self._lives(name)]
        for kind in ("counter", "histogram"):
            self._add_up(kind, [self._folder / f"{kind}_{name}.db" for name in ended])
        for name in ended:
            _remove(self._folder, name)
        return len(ended)

    def _names(self) -> list[str]:
        return [path.name.removesuffix(SIGN_OF_LIFE) for path in self._folder.glob("*.alive")]

    def _lives(self, name: str) -> bool:
        try:
            sign = os.open(self._folder / (name + SIGN_OF_LIFE), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(sign, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(sign)
        return False

    def _add_up(self, kind: str, files: Sequence[Path]) -> None:
        if not files:
            return
        kept = self._folder / f"{kind}_{ENDED}.db"
        sums: dict[str, float] = defaultdict(float)
        for path in (kept, *files):
            for key, value in _read(path):
                sums[key] += value
        fresh = self._folder / f"{kind}.new"
        fresh.unlink(missing_ok=True)
        _reserve(fresh, max(SIZES[kind], 2 * kept.stat().st_size if kept.exists() else 0))
        written = MmapedDict(str(fresh))
        for key, value in sums.items():
            written.write_value(key, value, 0.0)
        written.close()
        fresh.replace(kept)


def _read(path: Path) -> list[tuple[str, float]]:
    """Return what a file counts; nothing where it is missing or was cut off."""
    try:
        return [
            (key, value)
            for key, value, _at, _place in MmapedDict.read_all_values_from_file(str(path))
        ]
    except FileNotFoundError:
        return []
    except (RuntimeError, struct.error, UnicodeDecodeError):
        LOG.warning("the counts of %s cannot be read and are left out", path.name)
        return []
