"""Tries at a password on a page of either site: counted first, then compared, then decided."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from litestar import Response
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.throttles import Bucket
from portal.platform.database import Database
from portal.platform.http import cookies
from portal.platform.lost import is_lost
from portal.platform.page import Page
from portal.platform.who import W

LOG = logging.getLogger("portal.requests")
GIVES_UP, PAUSE = 120.0, 1.0
"""Seconds for which a lost database is asked again, and between two times."""
T = TypeVar("T")


def count_try(page: Page[W], begin: Callable[[Work], Attempt]) -> Attempt | ThrottledError:
    """Count a try in a transaction of its own, which commits even if the client has to wait."""
    site = page.site
    with site.database.write() as session:
        page.session, page.instant = session, site.clock.now(session)
        try:
            return begin(page.work)
        except ThrottledError as error:
            return error  # inside the transaction: the counters stay


@contextmanager
def given_back_if_lost(page: Page[W], attempt: Attempt) -> Iterator[None]:
    """Uncount, soon, a right try that the block cannot decide because the database is lost.

    Otherwise a family that presses again as it is told would lock itself out, and with it everybody
    behind its network's address.
    """
    try:
        yield
    except SQLAlchemyError:
        if attempt.matched:
            _LATER.take(page.site.database, attempt.counters)
        raise


def give_back(page: Page[W], counted: Sequence[Bucket]) -> None:
    """Undo the count of a try that was not compared; soon, where the database is lost now."""
    try:
        with page.site.database.write() as session:
            throttles.uncount_tries(session, counted)
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        _LATER.take(page.site.database, counted)


@dataclass
class _Waiting:
    """Tries of one database that wait to be given back, until the monotonic clock says so."""

    counted: Counter[Bucket]
    until: float


class _Later:
    """Gives tries back by a thread of its own, because the request may wait no longer.

    All that wait are given back at once. One by one they would queue for the row of an address that
    many share, more slowly than a crowd loses new ones, until that address is shut out.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tries")
        self._lock = threading.Lock()
        self._waiting: dict[Database, _Waiting] = {}

    def take(self, database: Database, counted: Sequence[Bucket]) -> None:
        """Give these back as soon as the database can, beside what waits already."""
        with self._lock:
            begins = database not in self._waiting
            waiting = self._waiting.setdefault(database, _Waiting(Counter(), 0.0))
            waiting.counted.update(counted)
            waiting.until = time.monotonic() + GIVES_UP
        if begins:
            self._thread.submit(self._give_back, database)

    def _give_back(self, database: Database) -> None:
        while (now := self._next(database)) is not None:
            try:
                with database.write() as session:
                    throttles.uncount_tries(session, now.counted.elements())
            except SQLAlchemyError as error:
                if not is_lost(error) or time.monotonic() > now.until:
                    LOG.warning("tries stay counted: %s", type(error).__name__)
                    continue
                self._keep(database, now)
                time.sleep(PAUSE)

    def _next(self, database: Database) -> _Waiting | None:
        """Return what waits; where nothing does, the next that comes begins anew."""
        with self._lock:
            waiting = self._waiting[database]
            if not waiting.counted:
                del self._waiting[database]
                return None
            self._waiting[database] = _Waiting(Counter(), 0.0)
            return waiting

    def _keep(self, database: Database, again: _Waiting) -> None:
        with self._lock:
            waiting = self._waiting[database]
            waiting.counted.update(again.counted)
            waiting.until = max(waiting.until, again.until)


_LATER = _Later()


def ask_to_wait(page: Page[W], error: ThrottledError, answer: Response[T]) -> Response[T]:
    """Tell the client in a header after how many seconds another try is allowed."""
    if error.retry_at is not None:
        seconds = int((error.retry_at - page.now).total_seconds())
        answer.headers["retry-after"] = str(max(1, seconds))
    return answer


def sign_out(page: Page[W], site: str) -> Response[None]:
    """End the session and clear what the browser stores of the site."""
    sessions.end(page.session, site, page.cookie(cookies.SESSION))
    return leave(page, "/signedout")


def leave(page: Page[W], place: str) -> Response[None]:
    """Go on without the session, and clear the browser: pages, storage, the session's cookie.

    Not the directive "cookies": browsers apply it to the whole domain of the ward, with the cookies
    of its other sites. What stays is the language, and the mark of a known device, which opens
    nothing and keeps strangers from shutting the owner out (T2 of ``security.md`` §2).
    """
    page.answer.drop_cookie(cookies.SESSION)
    answer = page.redirect(place)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer
