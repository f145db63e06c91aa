"""One turn of a job: rows one by one or together, and a row that cannot be handled set aside."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from portal.domain.foundation.jobs.aside import (
    PASSING,
    RowOfJob,
    reason_of,
    rows_aside,
    set_aside,
)
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.work import Work, WorkSource

FAULTS_IN_A_ROW = 10
"""So many rows that fail one after the other, and none that does not, are not the rows' fault."""
PASSING_IN_A_ROW = 3

Find = Callable[[Work, Collection[int]], Sequence[int]]
"""Returns the rows to handle now; those set aside, which it is given, are left out anyway."""
Act = Callable[[WorkSource, Sequence[int]], None]
"""Handles rows whole or not at all, in transactions of its own."""


class NotTheRowsError(Exception):
    """So many rows failed that something else is wrong, such as a key."""


class Progress(Protocol):
    """What a turn tells its worker, and is told."""

    def stopping(self) -> bool:
        """Return whether the turn should end after the row at hand."""
        ...

    def moved(self) -> None:
        """Note that the turn is not stuck."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn went: rows handled and set aside; ``more``: others wait already."""

    handled: int = 0
    aside: int = 0
    more: bool = False


class Job(Protocol):
    """What a worker runs again and again."""

    @property
    def name(self) -> JobName:
        """Which job."""
        ...

    @property
    def every(self) -> timedelta:
        """How long after a turn the next one is due."""
        ...

    def turn(self, source: WorkSource, progress: Progress) -> Outcome:
        """Run one turn. Any exception counts as a failed turn."""
        ...


class WholeJob(Struct, frozen=True):
    """A job of one step, without rows of its own; ``run`` returns how much it did."""

    name: JobName
    every: timedelta
    run: Callable[[Work], int]

    def turn(self, source: WorkSource, progress: Progress) -> Outcome:  # noqa: ARG002  (the protocol's signature)
        """Run the step in one transaction."""
        with source.writing() as work:
            return Outcome(self.run(work))


class RowJob(Struct, frozen=True):
    """A job over rows.

    Attributes:
        name: Which job.
        every: How long after a turn the next one is due.
        subject: What kind of row it handles, as it stands beside a row that is set aside.
        find: Returns the rows to handle now.
        act: Handles some of them.
        batch: How many rows are handled together, as long as none of them fails.
        most: How many rows a turn handles; the next turn follows at once. None: all.
    """

    name: JobName
    every: timedelta
    subject: str
    find: Find
    act: Act
    batch: int = 1
    most: int | None = None

    def turn(self, source: WorkSource, progress: Progress) -> Outcome:
        """Handle the rows that are due, and set aside those that cannot be handled."""
        with source.reading() as work:
            aside = rows_aside(work.session, self.name)
            rows = [row for row in self.find(work, aside) if row not in aside]
        return _Turn(self, source, progress).run(rows)


class _Turn:
    """A turn of a job over rows, and what it counts."""

    def __init__(self, job: RowJob, source: WorkSource, progress: Progress) -> None:
        self._job, self._source, self._progress = job, source, progress
        self._handled = self._aside = self._passing = 0
        self._faulty: list[tuple[int, str]] = []

    def run(self, rows: Sequence[int]) -> Outcome:
        """Handle the rows in their order."""
        taken, batch = rows[: self._job.most], self._job.batch
        for start in range(0, len(taken), batch):
            if self._progress.stopping():
                return self._outcome(more=True)
            self._handle(taken[start : start + batch])
        return self._outcome(more=self._job.most is not None and len(rows) >= self._job.most)

    def _outcome(self, *, more: bool) -> Outcome:
        self._set_aside()
        return Outcome(self._handled, self._aside, more)

    def _handle(self, rows: Sequence[int]) -> None:
        try:
            self._job.act(self._source, rows)
        except Exception as error:  # noqa: BLE001  (whatever one row brings, the others go on)
            if len(rows) == 1:
                self._fault(rows[0], error)
            else:
                self._one_by_one(rows)
        else:
            self._handled += len(rows)
            self._passing = 0
        self._progress.moved()

    def _one_by_one(self, rows: Sequence[int]) -> None:
        for row in rows:
            if self._progress.stopping():
                return
            self._handle([row])

    def _fault(self, row: int, error: Exception) -> None:
        if isinstance(error, PASSING):
            self._passing += 1
            if self._passing >= PASSING_IN_A_ROW:
                raise error
            return
        self._faulty.append((row, reason_of(error)))
        if self._handled:
            self._set_aside()
        elif len(self._faulty) >= FAULTS_IN_A_ROW:
            raise NotTheRowsError from error

    def _set_aside(self) -> None:
        for row, reason in self._faulty:
            with self._source.writing() as work:
                set_aside(work, RowOfJob(self._job.name, self._job.subject, row), reason)
        self._aside += len(self._faulty)
        self._faulty.clear()
