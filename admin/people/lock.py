"""Lock the screen, keep it unlocked while somebody types, and unlock it with the password."""

from dataclasses import replace
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import signed_in, staff_route
from admin.interrupted import carried, carried_request
from admin.page import Page
from admin.people.locked import HEADER, WINDOW, locked_page, window_name
from portal.domain.foundation.errors import BusyError, ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.staff import locking, sign_in
from portal.domain.people.staff.locking import InterruptedRequest
from portal.domain.people.staff.permissions import Permission
from portal.platform.failures import failure_page
from portal.platform.routes import Transaction, endpoint, redraw
from portal.platform.tries import ask_to_wait, count_try, give_back, given_back_if_lost

ACCESS = Permission.OWN_ACCOUNT
PLAIN = "text/plain"


def lock(page: Page) -> Response[Any]:
    """Lock this session now; a script only needs to know that it is done."""
    if page.who.auth is not None and page.who.staff is not None:
        locking.lock_now(page.work, page.who.staff, page.who.auth.id)
        page.who = replace(page.who, locked=True)
    return _done(page) if page.request.htmx else locked_page(page, 200)


def show(page: Page) -> Response[Any]:
    """Show the locked page again in another language, with what it carried."""
    return locked_page(page, 200, kept=carried(page)) if page.who.locked else page.redirect("/")


def awake(page: Page) -> Response[Any]:
    """Record activity while somebody types; the request itself does it.

    A window that the person before left open is told to lock: the cookie alone would keep it open
    for whoever signed in since.
    """
    response = _done(page)
    if page.query.get(WINDOW, window_name(page)) != window_name(page):
        response.status_code = 403
        response.headers[HEADER] = "1"
    return response


def again(page: Page) -> Response[Any]:
    """Redirect a reload of the page after unlocking to the start page."""
    return page.redirect("/")


def _done(page: Page) -> Response[Any]:
    response = page.send(b"", PLAIN)
    response.status_code = 204
    return response


def submit(page: Page) -> Response[Any]:
    """Count the try, compare outside any transaction, then continue with what the lock interrupted.

    A script asks for a page that it has hidden: it needs the password even if its own lock request
    did not get through.
    """
    form = page.form
    kept = carried_request(page)
    if not page.who.locked and not page.request.htmx:
        return _continue(page, kept)
    if not form.get("password"):
        form.error("password", _s("パスワードを入力してください。"))
        return _refused(page, 422)
    session_id = page.who.auth.id if page.who.auth is not None else 0
    attempt = _count_try(page)
    if isinstance(attempt, ThrottledError):
        form.error("password", attempt.message)
        return ask_to_wait(page, attempt, _refused(page, 429))
    try:
        attempt = attempt.compared(page.site.hashes)
    except BusyError as error:
        give_back(page, attempt.counters)
        page.forget_who()
        return failure_page(page, error)
    with given_back_if_lost(page, attempt):
        token = _unlock(page, attempt, session_id)
    if token is not None:
        page.continue_as(token)
        return _continue(page, kept)
    if attempt.matched:
        return page.redirect("/signin?ended=1")
    form.error("password", _s("パスワードが違います。もう一度入力してください。"))
    return _refused(page, 422)


def _count_try(page: Page) -> Attempt | ThrottledError:
    login = page.who.staff.login if page.who.staff is not None else ""
    typed = TypedLogin(login, page.form.get("password"))
    return count_try(page, lambda work: sign_in.begin(work, typed, page.request.address))


def _unlock(page: Page, attempt: Attempt, session_id: int) -> str | None:
    site = page.site
    with site.database.write() as session:
        now = site.clock.now(session)
        token = locking.unlock(site.work(session, page.actor, now), attempt, session_id)
        page.load_auth(session, now)
    return token


def _refused(page: Page, status_code: int) -> Response[Any]:
    """Show the locked page again with what it carried; a script gets only the sentence."""
    if page.request.htmx:
        response: Response[Any] = page.send(page.form.errors["password"].encode(), PLAIN)
        response.status_code = status_code
        response.headers[HEADER] = "1"
        return response
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        if page.who.auth is None:
            return page.redirect("/signin?ended=1")
        return locked_page(page, status_code, kept=carried(page))


def _continue(page: Page, kept: InterruptedRequest) -> Response[Any]:
    if page.request.htmx:
        return _done(page)
    if kept.route:
        drawn = redraw(page, kept.route, kept.path, kept.params, kept.values)
        if drawn is not None:
            return drawn
    return page.redirect(kept.back)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("POST", "/lock", lock, ACCESS),
        staff_route("GET", "/lock/awake", awake, ACCESS),
        staff_route("GET", "/lock/open", again, ACCESS),
        endpoint(
            "POST",
            "/lock/open",
            submit,
            signed_in,
            ACCESS.value,
            shows=show,
            transaction=Transaction.OWN,
        ),
    ]
