"""The worker: threads that send, take turns of jobs, carry out begun tasks, and a sign of life."""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from portal.domain.foundation.jobs import leases
from portal.domain.foundation.jobs.aside import reason_of
from portal.domain.foundation.jobs.leases import LEASE, Holder
from portal.domain.foundation.jobs.names import LANES, JobName
from portal.domain.foundation.work import WorkSource
from portal.platform.senders import make_senders
from portal.platform.senders.worker import OutboxWorker
from portal.settings import Settings
from portal.worker.begun import Begun
from portal.worker.disposed_list import DisposedList
from portal.worker.jobs import HALF_MINUTE, MINUTE, all_jobs
from portal.worker.rounds import Rounds
from portal.worker.sealing import make_sealing

LOG = logging.getLogger("portal.worker")
LOOK_SECONDS = 1.0
FAULT_SECONDS = 5.0
STOP_SECONDS = 20.0
SILENT_BEATS = 8
"""A worker that did not even try to give a sign for so many beats hangs."""


def new_holder(lease: timedelta = LEASE) -> Holder:
    """Return a name that no other worker has: host, process, and a random part."""
    return Holder(f"{socket.gethostname()[:48]}:{os.getpid()}:{secrets.token_hex(3)}", lease)


class Pace(Struct, frozen=True):
    """How long leases last, and how many seconds pass between two looks for work."""

    lease: timedelta = LEASE
    look_seconds: float = LOOK_SECONDS

    @property
    def beat_seconds(self) -> float:
        """Seconds between two signs of life: four in each lease."""
        return self.lease.total_seconds() / 4


class Worker:
    """Runs until it is stopped; several may run, in one process or on many machines.

    Raises:
        InputError: a setting of the senders is missing or unsafe.
    """

    def __init__(self, source: WorkSource, settings: Settings, pace: Pace | None = None) -> None:
        self._source = source
        self._pace = pace or Pace()
        self.holder = new_holder(self._pace.lease)
        self._stopped = threading.Event()
        senders = make_senders(settings)
        self._lanes = [name for name in LANES if name.value in senders]
        self.outbox = OutboxWorker(source, senders, self._pace.look_seconds)
        jobs = {**all_jobs(settings.letters_dir), JobName.DISPOSED: DisposedList(settings)}
        self.rounds = Rounds(source, jobs, self.holder, self._stopped)
        self.begun = Begun(source, settings, self.holder)
        self.sealing = make_sealing(source, settings, self._stopped)
        self._beaten_at = time.monotonic()
        self._begun_thread = self._thread("begun", lambda: self._repeat(self.begun.one))
        self._threads = (
            self._thread("jobs", lambda: self._repeat(self.rounds.next_turn)),
            self._begun_thread,
            self._thread("seal", self.sealing.run),
            self._thread("beat", self._beats),
        )

    @staticmethod
    def _thread(name: str, run: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=run, name=name, daemon=True)

    def register(self) -> None:
        """Make the rows of the jobs that this worker runs."""
        intervals = {name: job.every for name, job in self.rounds.jobs.items()}
        intervals |= dict.fromkeys(self._lanes, HALF_MINUTE)
        intervals |= dict.fromkeys((JobName.BEGUN, JobName.SEAL), MINUTE)
        with self._source.writing() as work:
            leases.register(work, intervals)

    def start(self) -> None:
        """Start all threads."""
        self.register()
        self.beat()
        self.outbox.start()
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Take nothing new and wait for what is at work; the rest is given back.

        Returns whether everything at work was finished.
        """
        until = time.monotonic() + seconds
        self._stopped.set()
        sent = self.outbox.stop(seconds)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        ended = not any(thread.is_alive() for thread in self._threads)
        try:
            self.begun.give_back()
            with self._source.writing() as work:
                leases.leave(work, self.holder)
        except Exception as error:  # noqa: BLE001  (leases end by themselves)
            LOG.warning("leases stay until they end: %s", reason_of(error))
        return sent and ended

    def alive(self) -> bool:
        """Tell whether every thread runs and none hangs; a database that is away is no reason."""
        silent = time.monotonic() - self._beaten_at > SILENT_BEATS * self._pace.beat_seconds
        turn = self.rounds.running
        return (
            self.outbox.alive()
            and all(thread.is_alive() for thread in self._threads)
            and not (turn is not None and turn.stuck)
            and not silent
        )

    def beat(self) -> None:
        """Give a sign of life, and prolong the leases of what is at work."""
        with self._source.writing() as work:
            leases.beat(work, self.holder)
            for kind, fault in self.outbox.lanes().items():
                leases.note_lane(work, JobName(kind), fault)
            if self._begun_thread.is_alive():
                leases.note_lane(work, JobName.BEGUN, None)
            leases.note_lane(work, JobName.SEAL, self.sealing.fault)
        self.rounds.keep()
        self.begun.keep()

    def _beats(self) -> None:
        while not self._stopped.wait(self._pace.beat_seconds):
            try:
                self.beat()
            except Exception as error:  # noqa: BLE001  (a database that is away must not end the thread)
                LOG.error("no sign of life: %s", reason_of(error))  # noqa: TRY400  (no values in logs)
            self._beaten_at = time.monotonic()

    def _repeat(self, step: Callable[[], bool]) -> None:
        while not self._stopped.is_set():
            wait = self._pace.look_seconds
            try:
                if step():
                    continue
            except Exception as error:  # noqa: BLE001  (nothing may end the thread for good)
                LOG.error("postponed: %s", reason_of(error))  # noqa: TRY400  (no values in logs)
                wait = FAULT_SECONDS
            self._stopped.wait(wait)
