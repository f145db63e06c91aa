"""What this machine shows of our processes: their arguments and environments, while they run."""

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY = 0.1


class Watch:
    """Reads arguments and environments of all processes below this one, again and again."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def commands(self) -> set[str]:
        """Return the arguments that were seen, as text."""
        return {
            content.replace(b"\0", b" ").decode("utf-8", "replace").strip()
            for name, content in self.seen.items()
            if name.endswith("cmdline")
        }

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            for pid in below(os.getpid()):
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        content = Path(f"/proc/{pid}/{name}").read_bytes()
                        self.seen[f"{hash(content)} {pid} {name}"] = content


def below(ancestor: int) -> list[int]:
    """Return the processes that a process started, and those that these started."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                stat = (entry / "stat").read_text("utf-8", "replace")
                parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, one in parents.items() if one == parent]
        found += children
        waiting += children
    return found
