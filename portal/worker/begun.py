"""Carries out what somebody began from the staff site."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from portal.domain.foundation.errors import DomainError, IntegrityFaultError
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.aside import PASSING, reason_of
from portal.domain.foundation.jobs.begun import TakenTask
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.pipeline.plan import printed_elsewhere
from portal.domain.mailroom.printing.runs.pipeline.printer import letter_printer, printing_node
from portal.settings import Settings

LOG = logging.getLogger("portal.jobs")
COMPANY = "company"
Carry = Callable[[WorkSource, Settings, TakenTask], object]


def _archive(source: WorkSource, settings: Settings, task: TakenTask) -> object:
    node = printing_node(source, settings.letters_dir)
    return build_archive(node, task.subject_id, task.detail[COMPANY])


def _proof(source: WorkSource, settings: Settings, task: TakenTask) -> object:
    printer = letter_printer(source, settings.letters_dir, settings.public_url)
    return make_proof(printer, task.subject_id)


CARRY: Mapping[BegunKind, Carry] = {BegunKind.ARCHIVE: _archive, BegunKind.PROOF: _proof}


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
        waiting = begun.waiting_subjects(work)
        return printed_elsewhere(work.session, waiting, self.settings.letters_dir)

    def _carry_out(self, task: TakenTask) -> None:
        source = replace(self.source, actor=task.actor)
        try:
            with use_locale(task.locale):
                CARRY[task.kind](source, self.settings, task)
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
                begun.finish(work, task)

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
