"""Periodic tasks of the resident site: deletion, forgotten calls, reminders, matching.

Matching runs every minute, everything else every ten minutes.
"""

import logging
import threading
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from portal.domain.contacts.calls.forgotten import close_forgotten
from portal.domain.desk.casework.reminder_cards import write_to_everybody
from portal.domain.foundation.audit.services import forget_keys
from portal.domain.foundation.work import WorkSource
from portal.domain.letters.announcements.reminders import remind_everybody
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files, runs_to_clear
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.households.search_index import Indexer
from portal.domain.people.sites import services as sites
from portal.domain.requests.redeliveries.matching import match_request, waiting_for_match

LOG = logging.getLogger("portal.housekeeping")
INTERVAL_SECONDS = 600.0
MATCH_SECONDS = 60.0
KEEP_FORM_KEYS = timedelta(days=7)


class Housekeeping:
    """A thread of the resident site.

    Several processes may run it: a row is deleted once, a household reminded once.

    Households are reminded of the last day of exchange; with ``indexer``, requests without sign-in
    are matched with households, for staff.
    """

    def __init__(
        self,
        source: WorkSource,
        interval: float = INTERVAL_SECONDS,
        *,
        indexer: Indexer | None = None,
    ) -> None:
        self._source = source
        self._interval = interval
        self._indexer = indexer
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Start the thread; the first round runs after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """Stop without waiting for the interval."""
        self._stopping.set()

    def tidy(self) -> None:
        """Delete what has expired, and close forgotten calls."""
        with self._source.writing() as work:
            sessions.sweep(work.session, work.now)
            throttles.sweep(work.session, work.now)
            forget_keys(work.session, work.now - KEEP_FORM_KEYS)
            sites.end_due(work)
        with self._source.writing() as work:
            if closed := close_forgotten(work):
                LOG.info("forgotten calls closed: %d", closed)

    def remove_plain_letters(self) -> None:
        """Remove the plain files of runs whose archive was handed over, where they are local."""
        with self._source.read() as session:
            runs = runs_to_clear(session)
        for run_id in runs:
            try:
                remove_plain_files(self._source, run_id, elsewhere=True)
            except OSError as error:
                LOG.warning("plain letters of run %d stay: %s", run_id, type(error).__name__)

    def remind(self) -> None:
        """Queue the reminders that are due now."""
        exchange = self._source.program.windows.exchange
        count = remind_everybody(self._source, exchange)
        if count:
            LOG.info("reminders queued: %d", count)
        cards = write_to_everybody(self._source, exchange)
        if cards:
            LOG.info("cards to households that never signed in queued: %d", cards)

    def match(self) -> None:
        """Match requests without sign-in now, each in a short transaction of its own."""
        if self._indexer is None:
            return
        with self._source.read() as session:
            waiting = waiting_for_match(session)
        for request_id in waiting:
            with self._source.writing() as work:
                match_request(work, self._indexer, request_id)

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
