"""Tries at a password on a page of either site: counted first, then compared, then decided."""

from collections.abc import Callable
from typing import TypeVar

from litestar import Response

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt
from portal.platform.http import cookies
from portal.platform.page import Page
from portal.platform.who import W

T = TypeVar("T")


def count_try(page: Page[W], begin: Callable[[Work], Attempt]) -> Attempt | ThrottledError:
    """Count a try in a transaction of its own, which commits even if the client has to wait."""
    site = page.site
    with site.database.write() as session:
        page.instant = site.clock.now(session)
        try:
            return begin(site.work(session, page.actor, page.instant))
        except ThrottledError as error:
            return error  # inside the transaction: the counters stay


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
