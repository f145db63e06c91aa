"""The list of shops as a process keeps it: whoever opens the page asks no database for it."""

import math
import threading
import time
from collections.abc import Callable
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.people.shops.file import ShopLine
from portal.domain.people.shops.finding import ShopEntry
from portal.domain.people.shops.queries import list_of, shops_of

KEPT_SECONDS = 60.0
"""So long a page may show the list before; a new day's list is there a minute after midnight."""


class CurrentList(Struct, frozen=True):
    """The list that counts: its key, its first day (JST), its shops by reading, their towns."""

    id: int
    valid_from: date
    shops: tuple[ShopEntry, ...]
    towns: tuple[str, ...]


class ShopBoard:
    """The list that the pages of a process show, asked for once a minute and read when it changes.

    Its threads may use it at once: one asks, the others show what was there before; only until the
    first answer they wait for it.
    """

    def __init__(
        self, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep what was read for so long, by a clock in seconds; with 0 every page asks."""
        self._seconds, self._clock = seconds, clock
        self._kept: CurrentList | None = None
        self._asked_at = -math.inf
        self._reading = threading.Lock()

    @property
    def is_old(self) -> bool:
        """Whether the database has to be asked before the list is shown."""
        return self._clock() >= self._asked_at + self._seconds

    @property
    def kept(self) -> CurrentList | None:
        """The list as it was read last; None where there was none."""
        return self._kept

    def read(self, session: Session, today: date) -> None:
        """Ask which list counts today (JST), and read it if it is another than before."""
        if not self._reading.acquire(blocking=self._asked_at == -math.inf):
            return
        try:
            if self.is_old:
                self._ask(session, today)
        finally:
            self._reading.release()

    def _ask(self, session: Session, today: date) -> None:
        asked = self._clock()
        row = list_of(session, today)
        if row is None:
            self._kept = None
        elif self._kept is None or self._kept.id != row.id:
            self._kept = _read(session, row.id, row.valid_from)
        self._asked_at = asked


def _read(session: Session, list_id: int, valid_from: date) -> CurrentList:
    lines = [
        ShopLine(one.name, one.kana, one.town, one.address, one.telephone, one.kinds)
        for one in shops_of(session, list_id)
    ]
    towns = tuple(dict.fromkeys(line.town for line in lines))
    lines.sort(key=lambda line: (line.kana, line.town))
    return CurrentList(list_id, valid_from, tuple(map(ShopEntry.of, lines)), towns)
