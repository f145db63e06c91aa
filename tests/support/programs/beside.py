"""Runs a program beside other work, and prints what it wrote when that work is done."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


@contextlib.contextmanager
def beside(command: Sequence[str | Path]) -> Iterator[Callable[[], int]]:
    """Run a command while the block runs; what it gives waits for the exit code.

    What the command wrote goes to stderr as a whole, after the block. A block that fails or is told
    to stop ends the command too.
    """
    with tempfile.TemporaryFile() as written:
        child = subprocess.Popen(
            [str(part) for part in command], stdout=written, stderr=subprocess.STDOUT
        )
        try:
            yield child.wait
        except BaseException:
            child.terminate()
            raise
        finally:
            child.wait()
            written.seek(0)
            sys.stderr.write(written.read().decode("utf-8", "replace"))
            sys.stderr.flush()
