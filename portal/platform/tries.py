"""Tries at a password on a page of either site: counted first, then compared, then decided."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from litestar import Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt
from portal.platform.database import Database
from portal.platform.http import cookies
from portal.platform.lost import is_lost
from portal.platform.page import Page
from portal.platform.who import W

LOG = logging.getLogger("portal.requests")
GIVES_UP, PAUSE = 120.0, 1.0
"""Seconds for which a lost database is asked again, and between two times."""
T = TypeVar("T")

_LATER = ThreadPoolExecutor(1, thread_name_prefix="tries")


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
            _undo_later(page, attempt.uncount)
        raise


def give_back(page: Page[W], undo: Callable[[Session], None]) -> None:
    """Undo the count of a try that was not compared; soon, where the database is lost now."""
    try:
        with page.site.database.write() as session:
            undo(session)
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        _undo_later(page, undo)


def _undo_later(page: Page[W], undo: Callable[[Session], None]) -> None:
    """Let a thread do it: the request may wait no longer."""
    _LATER.submit(_undo, page.site.database, undo, time.monotonic() + GIVES_UP)


def _undo(database: Database, undo: Callable[[Session], None], until: float) -> None:
    while True:
        try:
            with database.write() as session:
                return undo(session)
        except SQLAlchemyError as error:
            if not is_lost(error) or time.monotonic() > until:
                LOG.warning("a try stays counted: %s", type(error).__name__)
                return None
        time.sleep(PAUSE)


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
