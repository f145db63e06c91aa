"""The ten seconds that an unknown device waits in slow mode (T5): a page that says so, and on."""

import math
import time
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.people.signin import slow_mode
from portal.platform.http.forms import Form
from portal.platform.routes import Transaction, endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.signin import signin


class WaitView(View, frozen=True):
    """What ``portal/signin/wait.html`` shows; ``seconds`` is 0 when the try may go on."""

    seconds: int


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Say how long the wait is and come back by itself when it is over; the button then goes on.

    Nothing was looked up: the page is the same for every ID.
    """
    ticket = _ticket(page)
    if ticket is None:
        return page.redirect("/signin")
    seconds = max(0, math.ceil((ticket.ready_at - page.now).total_seconds()))
    answer = page.render("portal/signin/wait.html", WaitView(seconds), status_code)
    if seconds:
        # what the page announces; it loads itself once, and says then that the button goes on
        answer.headers["refresh"] = f"{seconds}; url=/signin/wait"
    return answer


def go_on(page: Page) -> Response[Any]:
    """Carry the waiting try out, once; too early it goes on waiting, without beginning anew."""
    started = time.monotonic()
    ticket = _ticket(page)
    if ticket is None:
        return page.redirect("/signin")
    if ticket.ready_at > page.now:
        return page.redirect("/signin/wait")
    page.fill(Form({"login_id": ticket.typed.login}))
    return signin.decide(page, ticket.typed, started, ticket)


def _ticket(page: Page) -> slow_mode.Ticket | None:
    return slow_mode.read_ticket(page.site.vault, page.cookie(signin.WAIT_COOKIE), page.now)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/signin/wait", show, everybody, PUBLIC),
        endpoint(
            "POST",
            "/signin/wait/submit",
            go_on,
            everybody,
            PUBLIC,
            shows=show,
            transaction=Transaction.OWN,
        ),
    ]
