"""What the machine's processes use while the day passes, second by second."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.processes import Tree


@dataclass(slots=True)
class Used:
    """By what they are, per sample: processor seconds so far, and memory in MB.

    Attributes:
        at: Seconds since the start.
        seconds: Processor seconds since the start.
        megabytes: Memory, shared pages counted once.
    """

    at: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    megabytes: dict[str, list[float]] = field(default_factory=dict)

    def total(self, name: str) -> float:
        """Return the processor seconds of a tree over the whole time."""
        return self.seconds[name][-1] - self.seconds[name][0] if self.at else 0.0

    def peak(self, name: str) -> float:
        """Return the most memory that a tree held."""
        return max(self.megabytes[name], default=0.0)


@contextmanager
def watched(trees: Mapping[str, Tree], every: float = 1.0) -> Iterator[Used]:
    """Take samples during the block."""
    used, over, begun = Used(), threading.Event(), time.monotonic()

    def look() -> None:
        while True:
            used.at.append(round(time.monotonic() - begun, 2))
            for name, tree in trees.items():
                used.seconds.setdefault(name, []).append(round(tree.seconds(), 2))
                used.megabytes.setdefault(name, []).append(round(tree.megabytes(), 1))
            if over.wait(every):
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield used
    finally:
        over.set()
        thread.join()
