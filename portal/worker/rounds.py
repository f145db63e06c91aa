"""The thread that runs the jobs in turn: what is due longest comes first."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.domain.foundation.jobs import leases
from portal.domain.foundation.jobs.aside import reason_of
from portal.domain.foundation.jobs.leases import Holder, Lease
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import Job, Outcome
from portal.domain.foundation.work import WorkSource

LOG = logging.getLogger("portal.jobs")
STUCK_SECONDS = 900.0
"""A turn in which no row was finished for so long is stuck: its lease is not prolonged."""


@dataclass
class RunningTurn:
    """The turn of a job that runs now; a worker that stops ends it after the row at hand."""

    lease: Lease
    stopped: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)
    moved_at: float = field(default_factory=time.monotonic)

    def stopping(self) -> bool:
        """Return whether the worker ends, or another has the job now."""
        return self.stopped.is_set() or self.lost.is_set()

    def moved(self) -> None:
        """Note that a row was finished."""
        self.moved_at = time.monotonic()

    @property
    def stuck(self) -> bool:
        """Tell whether no row was finished for a long time."""
        return time.monotonic() - self.moved_at > STUCK_SECONDS


@dataclass
class Rounds:
    """Runs turns of jobs; the one that runs now is ``running``."""

    source: WorkSource
    jobs: Mapping[JobName, Job]
    holder: Holder
    stopped: threading.Event
    running: RunningTurn | None = None

    def next_turn(self) -> bool:
        """Run the job that is due longest; return False if none is due."""
        with self.source.reading() as work:
            names = leases.due(work.session, self.jobs, work.now)
        return any(self.turn(name) is not None for name in names)

    def turn(self, name: JobName, *, at_once: bool = False) -> Outcome | None:
        """Run one turn; None if another worker has the job, or if the turn failed.

        Raises:
            Exception: with ``at_once``, what a turn failed with.
        """
        with self.source.writing() as work:
            lease = leases.claim(work, name, self.holder, at_once=at_once)
        if lease is None:
            return None
        self.running = turn = RunningTurn(lease, self.stopped)
        try:
            outcome = self.jobs[name].turn(self.source, turn)
        except Exception as error:
            self._failed(lease, error)
            if at_once:
                raise
            return Outcome()
        finally:
            self.running = None
        self._ended(turn, outcome)
        return outcome

    def keep(self) -> None:
        """Prolong the lease of the turn that runs, unless it is stuck."""
        turn = self.running
        if turn is None or turn.stuck:
            return
        with self.source.writing() as work:
            held = leases.prolong(work, turn.lease, self.holder)
        if not held and self.running is turn:
            turn.lost.set()

    def _ended(self, turn: RunningTurn, outcome: Outcome) -> None:
        lease = turn.lease
        if outcome.handled or outcome.aside:
            LOG.info("job %s: handled=%d aside=%d", lease.job.value, outcome.handled, outcome.aside)
        with self.source.writing() as work:
            if turn.stopping():
                leases.give_back(work, lease)
            else:
                leases.finish(work, lease, outcome.handled, more=outcome.more)

    def _failed(self, lease: Lease, error: Exception) -> None:
        reason = reason_of(error)
        LOG.error("job %s failed: %s", lease.job.value, reason)
        with self.source.writing() as work:
            leases.fail(work, lease, reason)
