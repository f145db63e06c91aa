"""One turn of one job, for the command line: no threads, and the end is awaited."""

from msgspec import Struct

from portal.domain.foundation.jobs.names import LANES, JobName
from portal.domain.foundation.jobs.turns import Outcome
from portal.worker.worker import Worker


class Once(Struct, frozen=True):
    """Runs single turns with the parts of a worker that was not started."""

    worker: Worker

    def run(self, job: JobName) -> Outcome | None:
        """Run a job to the end of what is due; None if another worker has it.

        Raises:
            Exception: what the turn failed with.
        """
        self.worker.register()
        if job in LANES:
            return Outcome(self.worker.outbox.send_due(job.value))
        if job is JobName.BEGUN:
            return self._carry_out()
        if job is JobName.SEAL:
            return self._seal()
        return self.worker.rounds.turn(job, at_once=True)

    def _carry_out(self) -> Outcome:
        done = 0
        while self.worker.begun.one():
            done += 1
        return Outcome(done)

    def _seal(self) -> Outcome:
        done = 0
        while sealed := self.worker.sealing.step():
            done += sealed
        self.worker.sealing.publish()
        return Outcome(done)
