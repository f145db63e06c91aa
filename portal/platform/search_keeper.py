"""Keeps the index of the search current, in a thread of a site that searches."""

import logging
import threading
import time

from portal.domain.foundation.jobs.aside import reason_of
from portal.platform.site import Site

LOG = logging.getLogger("portal.search")
LOOK_SECONDS = 1.0


class SearchKeeper:
    """Makes the index when the site starts, then takes in what changed, once a second.

    The site answers meanwhile; only the search says that it is getting ready.
    """

    def __init__(self, site: Site, look_seconds: float = LOOK_SECONDS) -> None:
        self._finder = site.finder
        self._read = site.database.read
        self._meter = site.meter
        self._look_seconds = look_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="search", daemon=True)
        self._reason = ""

    def start(self) -> None:
        """Start the thread."""
        self._finder.kept = True
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; searches go on reading the feed by themselves."""
        self._stopped.set()
        self._finder.kept = False

    def _keep(self) -> None:
        while not self._stopped.is_set():
            self._step()
            self._stopped.wait(self._look_seconds)

    def _step(self) -> None:
        try:
            self._finder.advance(self._read)
        except Exception as error:  # noqa: BLE001  (nothing may end the thread for good)
            if (reason := reason_of(error)) != self._reason:
                LOG.error("the search does not follow: %s", reason)  # noqa: TRY400  (no values in logs)
            self._reason = reason
        else:
            self._reason = ""
            self._meter.searchable(time.time())
