"""Reading a file from outside in a process of its own, so that a crafted one costs only itself."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.texts import _s

SEATS = BoundedSemaphore(3)
"""How many files a site reads at once: crafted ones take no more of the machine than this."""
SEAT_SECONDS = 5.0


def read_apart(reader: Path, data: bytes, *words: str, seconds: float) -> bytes:
    """Return what a script of ours prints about a file; empty if it fails or takes too long.

    The script gets the file on standard input, an empty environment and no modules of the person
    who runs it (decision 0007); it limits its own memory and CPU time.

    Args:
        reader: The script.
        data: The file as it was received.
        words: What to do with it, as the script's arguments.
        seconds: How long it may take.

    Raises:
        BusyError: the machine has no capacity to start it now, or enough files are being read.
    """
    command = [sys.executable, "-I", str(reader), *words]
    with _seat():
        return _read(command, data, seconds)


@contextmanager
def _seat() -> Iterator[None]:
    if not SEATS.acquire(timeout=SEAT_SECONDS):
        raise _busy()
    try:
        yield
    finally:
        SEATS.release()


def _busy() -> BusyError:
    return BusyError(
        _s("いま、ファイルを確かめられません。少したってから、もう一度お試しください。")
    )


def _read(command: list[str], data: bytes, seconds: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  (our own script; nothing from outside stands in the command)
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    except OSError:
        raise _busy() from None
    return done.stdout if done.returncode == 0 else b""
