"""Carries out what somebody began from the staff site."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from portal.domain.foundation.errors import DomainError, IntegrityFaultError
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.aside import PASSING, reason_of
from portal.domain.foundation.jobs.begun import TakenTask, TaskCanceledError
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.pipeline.plan import printed_elsewhere
from portal.domain.mailroom.printing.runs.pipeline.printer import letter_printer, printing_node
from portal.domain.oversight.daily import carrying
from portal.domain.oversight.daily.keeping import let_go
from portal.domain.oversight.daily.machine import Done, Errand, Machine
from portal.settings import Settings

LOG = logging.getLogger("portal.jobs")
COMPANY = "company"
TOLD_SECONDS = 1.0
"""How often a task says in the database how far it is."""
NOTHING = Done({})


def _archive(errand: Errand) -> Done:
    node = printing_node(errand.source, errand.machine.letters)
    build_archive(node, errand.task.subject_id, int(errand.task.detail[COMPANY] or 0))
    return NOTHING


def _proof(errand: Errand) -> Done:
    machine = errand.machine
    printer = letter_printer(errand.source, machine.letters, machine.public_url)
    make_proof(printer, errand.task.subject_id)
    return NOTHING


CARRY: Mapping[BegunKind, Callable[[Errand], Done]] = {
    BegunKind.ARCHIVE: _archive,
    BegunKind.PROOF: _proof,
    **carrying.CARRY,
}


def machine_of(settings: Settings) -> Machine:
    """Return this machine; within a site nothing draws in processes of its own."""
    return Machine(
        settings.letters_dir,
        settings.public_url,
        (settings.public_url, settings.sandbox_url),
        0 if settings.worker_beside else settings.workers,
    )


@dataclass
class Telling:
    """Writes how far a task is into its row, once a second."""

    source: WorkSource
    task: TakenTask
    told_at: float = field(default_factory=lambda: -TOLD_SECONDS)

    def __call__(self, done: int, planned: int) -> None:
        """Note the progress.

        Raises:
            TaskCanceledError: somebody canceled the task.
        """
        if time.monotonic() - self.told_at < TOLD_SECONDS and done < planned:
            return
        self.told_at = time.monotonic()
        with self.source.writing() as work:
            begun.note_progress(work, self.task, done, planned)


@dataclass
class Begun:
    """Takes begun tasks one after the other; the one at work on is ``task``."""

    source: WorkSource
    settings: Settings
    holder: Holder
    task: TakenTask | None = None

    def one(self) -> bool:
        """Carry out the oldest task; return False if none waits."""
        with self.source.reading() as work:
            elsewhere = self._printed_elsewhere(work)
            if not begun.has_waiting(work, elsewhere):
                return False
        with self.source.writing() as work:
            task = begun.take(work, self.holder, elsewhere)
        if task is None:
            return True
        self.task = task
        try:
            self._carry_out(task)
        finally:
            self.task = None
        return True

    def _printed_elsewhere(self, work: Work) -> list[int]:
        """Return the runs of waiting tasks whose plain letters lie on another machine."""
        waiting = begun.waiting_runs(work)
        return printed_elsewhere(work.session, waiting, self.settings.letters_dir)

    def _carry_out(self, task: TakenTask) -> None:
        source = replace(self.source, actor=task.actor)
        telling = Telling(source, task)
        errand = Errand(source, machine_of(self.settings), task, telling)
        try:
            with use_locale(task.locale):
                done = CARRY[task.kind](errand)
        except TaskCanceledError:
            with self.source.writing() as work:
                begun.end_canceled(work, task)
        except PASSING as error:
            # another try follows when the lease has ended
            LOG.warning("begun task %d postponed: %s", task.id, reason_of(error))
        except IntegrityFaultError as error:
            self._fail(task, error)
        except DomainError as error:
            with self.source.writing() as work:
                begun.refuse(work, task, error.message)
        except Exception as error:  # noqa: BLE001  (whatever one task brings, the others go on)
            self._fail(task, error)
        else:
            with self.source.writing() as work:
                begun.finish(work, task, done.result or None, done.output_id)
        with self.source.writing() as work:
            let_go(work)

    def _fail(self, task: TakenTask, error: Exception) -> None:
        with self.source.writing() as work:
            begun.fail(work, task, reason_of(error))

    def keep(self) -> None:
        """Prolong the lease of the task at work on."""
        if (task := self.task) is not None:
            with self.source.writing() as work:
                begun.keep(work, task, self.holder)

    def give_back(self) -> None:
        """Return the task that is not done, because the worker ends."""
        if (task := self.task) is not None:
            with self.source.writing() as work:
                begun.give_back(work, task)
