"""Tries at a password on a page of either site: counted first, then compared, then decided."""

from collections.abc import Callable
from typing import Any

from litestar import Response

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt
from portal.platform.http import cookies
from portal.platform.page import Page


def count_try(page: Page[Any], begin: Callable[[Work], Attempt]) -> Attempt | ThrottledError:
    """Count a try in a transaction of its own, which commits even if the client has to wait."""
    site = page.site
    with site.database.write() as session:
        page.moment = site.clock.now(session)
        try:
            return begin(site.work(session, page.actor, page.moment))
        except ThrottledError as error:
            return error  # inside the transaction: the counters stay


def ask_to_wait(page: Page[Any], error: ThrottledError, answer: Response[Any]) -> Response[Any]:
    """Tell the client in a header after how many seconds another try is allowed."""
    if error.retry_at is not None:
        seconds = int((error.retry_at - page.now).total_seconds())
        answer.headers["retry-after"] = str(max(1, seconds))
    return answer


def sign_out(page: Page[Any], site: str) -> Response[Any]:
    """End the session and clear what the browser stores of the site."""
    sessions.end(page.session, site, page.cookie(cookies.SESSION))
    page.answer.drop_cookie(cookies.SESSION)
    answer = page.redirect("/signedout")
    answer.headers["clear-site-data"] = '"cache"'
    return answer
