"""Runs what a worker does, one turn at a time, on the clock of a test."""

from pathlib import Path

from portal.domain.foundation.jobs.aside import rows_aside
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import Outcome
from portal.domain.foundation.work import WorkSource
from portal.platform.site import Site
from portal.worker.begun import Begun
from portal.worker.jobs import all_jobs

NOWHERE = Path("/nonexistent")
"""The letters folder of a machine that printed nothing."""


class Going:
    """The progress of a turn that nobody stops."""

    stopped = False

    def stopping(self) -> bool:
        return self.stopped

    def moved(self) -> None:
        """Nobody watches."""


def run_job(source: WorkSource, name: JobName, letters: Path = NOWHERE) -> Outcome:
    """One turn of a job; what it sets aside is a fault of the test."""
    outcome = all_jobs(letters)[name].turn(source, Going())
    with source.read() as session:
        assert rows_aside(session, name) == set()
    return outcome


def run_begun(site: Site) -> int:
    """Carry out what was begun on the staff site; return how much there was."""
    begun, done = Begun(site.work_source(), site.settings, Holder("test")), 0
    while begun.one():
        done += 1
    return done
