"""Every ten minutes: remove what no longer counts, close what was forgotten, remind; every minute: match what waits."""

import logging
import threading
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from portal.domain.contacts.calls.forgotten import close_forgotten
from portal.domain.desk.casework.reminder_cards import write_to_everybody
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import forget_keys
from portal.domain.foundation.clock import Clock
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.reminders import remind_everybody
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files, runs_to_clear
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.households.search_index import Indexer
from portal.domain.people.sites import services as sites
from portal.domain.requests.redeliveries.matching import match_request, waiting_for_match
from portal.platform.database import Database

LOG = logging.getLogger("portal.housekeeping")
INTERVAL_SECONDS = 600.0
MATCH_SECONDS = 60.0
KEEP_FORM_KEYS = timedelta(days=7)


class Housekeeping:
    """A thread of the resident site. Several processes may run it: a row is deleted once, a household reminded once.

    ``exchange`` is the window of whose last day households are reminded; with ``indexer``, requests without sign-in
    are matched with households, for staff.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        exchange: Window,
        interval: float = INTERVAL_SECONDS,
        *,
        indexer: Indexer | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._exchange = exchange
        self._interval = interval
        self._indexer = indexer
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """End without waiting for the interval."""
        self._stopping.set()

    def tidy(self) -> None:
        """Do one round now."""
        with self._database.write() as session:
            now = self._clock.now(session)
            sessions.sweep(session, now)
            throttles.sweep(session, now)
            forget_keys(session, now - KEEP_FORM_KEYS)
            sites.end_due(session, now)
        with self._database.write() as session:
            if closed := close_forgotten(session, self._clock.now(session)):
                LOG.info("forgotten calls closed: %d", closed)

    def remove_plain_letters(self) -> None:
        """Remove the plain files of runs whose archive left the house, where their folder is on this machine."""
        with self._database.read() as session:
            now, runs = self._clock.now(session), runs_to_clear(session)
        for run_id in runs:
            try:
                remove_plain_files(self._database.write, run_id, SYSTEM, now, elsewhere=True)
            except OSError as error:
                LOG.warning("plain letters of run %d stay: %s", run_id, type(error).__name__)

    def remind(self) -> None:
        """Queue the reminders that are due now."""
        count = remind_everybody(
            self._database.read, self._database.write, self._vault, self._clock, self._exchange
        )
        if count:
            LOG.info("reminders queued: %d", count)
        cards = write_to_everybody(
            self._database.read, self._database.write, self._vault, self._clock, self._exchange
        )
        if cards:
            LOG.info("cards to households that never signed in queued: %d", cards)

    def match(self) -> None:
        """Match requests without sign-in now, each in a short transaction of its own."""
        if self._indexer is None:
            return
        with self._database.read() as session:
            waiting = waiting_for_match(session)
        for request_id in waiting:
            with self._database.write() as session:
                match_request(
                    session, self._vault, self._indexer, request_id, self._clock.now(session)
                )

    def _run(self) -> None:
        tidied = time.monotonic()
        while not self._stopping.wait(min(self._interval, MATCH_SECONDS)):
            try:
                self.match()
                if time.monotonic() - tidied >= self._interval:
                    tidied = time.monotonic()
                    self.tidy()
                    self.remove_plain_letters()
                    self.remind()
            except SQLAlchemyError as error:
                LOG.warning("postponed: %s", type(error).__name__)
