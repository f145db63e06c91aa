"""What processes have used of the machine: processor seconds and memory, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.support.faults.cluster import children_of

TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Return the processor seconds that all cores together have worked so far, for whomever."""
    fields = Path("/proc/stat").read_text("utf-8").partition("\n")[0].split()[1:]
    user, nice, system, _idle, _waits, interrupts, soft = (int(ticks) for ticks in fields[:7])
    return (user + nice + system + interrupts + soft) / TICKS


@dataclass(frozen=True, slots=True)
class Tree:
    """A process with all that it started, now and then: a site's workers, a database's backends."""

    root: int

    def pids(self) -> list[int]:
        """Return the numbers of the processes that run now."""
        return [self.root, *children_of(self.root)]

    def seconds(self) -> float:
        """Return the processor seconds of all of them so far, with those that have ended."""
        return sum(_seconds(pid, ended=pid == self.root) for pid in self.pids())

    def megabytes(self) -> float:
        """Return the memory that they hold, shared pages counted once (PSS), in MB."""
        return sum(_proportional(pid) for pid in self.pids()) / 1024


def _seconds(pid: int, *, ended: bool) -> float:
    """Return user and system seconds; ``ended``: with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = fields[11:15] if ended else fields[11:13]
    return sum(int(ticks) for ticks in own) / TICKS


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
