"""What `./run` says while it works, and how it calls other programs."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[3]


def say(text: str) -> None:
    """Print progress on stderr; stdout belongs to the command that runs."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Print what begins, and how long it took."""
    say(f"→ {text}")
    begin = time.monotonic()
    try:
        yield
    finally:
        say(f"  {time.monotonic() - begin:.1f} s")


def call(
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    stdout: IO[Any] | None = None,
) -> int:
    """Run a command in the repository and return its exit code.

    When we are told to stop, the command may end properly first.
    """
    arguments = [str(part) for part in command]
    child = subprocess.Popen(arguments, cwd=ROOT, env=env, stdout=stdout)
    try:
        return child.wait()
    except BaseException:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=15)
        child.kill()
        raise


def must(command: Sequence[str | Path], failure: str) -> None:
    """Run a command that says on stderr what it does, and end with a sentence when it fails."""
    code = call(command, stdout=sys.stderr)
    if code != 0:
        sys.exit(f"{failure} (exit code {code}; the reason stands above).")
