"""Report the letter or the phone lost without signing in: what was typed is never judged aloud."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import BusyError, InputError, ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.typed_code import read_code
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.signin import attempt, loss, loss_by_phone
from portal.platform.failures import failure_page
from portal.platform.http import cookies
from portal.platform.http.answer import Reply
from portal.platform.routes import Transaction, endpoint
from portal.platform.tries import ask_to_wait, count_try, give_back
from portal.resident_page import Page
from portal.web.access import PUBLIC
from portal.web.information.window import refuse_closed
from portal.web.signin.code_texts import code_error

PLACE = "/lost/stop"
REPORT_COOKIE = "loss_report"


def somebody_outside(page: Page) -> Reply | None:
    """Admit who is not signed in; whoever is can stop the whole account."""
    auth = page.who.auth
    if auth is not None and auth.stage == "full" and page.method == "GET":
        return page.redirect("/account/lost")
    return refuse_closed(page)


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask what is left: the letter, or the phone."""
    return page.render("portal/signin/loss.html", status_code=status_code)


def show_phone(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for ID and password, of somebody who lost the phone."""
    return page.render("portal/signin/loss_phone.html", status_code=status_code)


def submit_phone(page: Page) -> Response[Any]:
    """Compare ID and password, and take the report in: right or wrong, the answer is the same."""
    form, site = page.form, page.site
    _read_id(page)
    if not form.get("password").strip():
        form.error("password", _("パスワードを入力してください。"))
    if not form.ok:
        return show_phone(page, 422)
    typed = TypedLogin(form.get("login_id"), form.get("password"))
    visitor = attempt.Visitor(page.request.address, page.cookie(cookies.DEVICE))
    tried = count_try(page, lambda work: attempt.begin(work, typed, visitor, waits=False))
    if isinstance(tried, ThrottledError):
        form.error("login_id", tried.message)
        return ask_to_wait(page, tried, show_phone(page, 429))
    try:
        tried = tried.compared(site.hashes, renews=False)
    except BusyError as error:
        give_back(page, tried.counters)
        return failure_page(page, error)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        loss.by_password(page.work, tried)
    return _received(page)


def show_letter(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the number or the address that codes go to, of somebody who lost the letter."""
    return page.render("portal/signin/loss_letter.html", status_code=status_code)


def submit_letter(page: Page) -> Response[Any]:
    """Have a code sent, if the address belongs to an account; go on to the code in any case."""
    site = page.site
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        try:
            ticket = loss_by_phone.send_code(page.work, page.form.get("address"), _reporter(page))
        except InputError as error:
            page.form.error("address", error.message)
            return show_letter(page, 422)
        except ThrottledError as error:  # inside the transaction: the counters stay
            page.form.error("address", error.message)
            return ask_to_wait(page, error, show_letter(page, 429))
    life = int(loss_by_phone.TICKET_LIFE.total_seconds())
    page.answer.set_cookie(REPORT_COOKIE, ticket, max_age=life)
    return page.redirect(f"{PLACE}/code")


def show_code(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the code that was sent, if one was."""
    if not loss_by_phone.is_waiting(page.work, page.cookie(REPORT_COOKIE)):
        return page.redirect(f"{PLACE}/letter")
    return page.render("portal/signin/loss_code.html", status_code=status_code)


def submit_code(page: Page) -> Response[Any]:
    """Take in the report with the code that was sent; right or wrong, the answer is the same."""
    site = page.site
    _read_code(page)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        if not page.form.ok:
            return show_code(page, 422)
        loss_by_phone.by_code(page.work, page.cookie(REPORT_COOKIE), page.form.get("code"))
    return _received(page)


def show_app(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the ID and the app's code, of somebody who lost the letter."""
    return page.render("portal/signin/loss_app.html", status_code=status_code)


def submit_app(page: Page) -> Response[Any]:
    """Take in the report with the app's code; right or wrong, the answer is the same."""
    form, site = page.form, page.site
    _read_id(page)
    _read_code(page)
    if not form.ok:
        return show_app(page, 422)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        try:
            loss_by_phone.by_app(page.work, form.get("login_id"), form.get("code"), _reporter(page))
        except ThrottledError as error:  # inside the transaction: the counters stay
            form.error("login_id", error.message)
            return ask_to_wait(page, error, show_app(page, 429))
    return _received(page)


def received(page: Page) -> Response[Any]:
    """Say what has happened if what was typed is right, and what to do next."""
    return page.render("portal/signin/loss_received.html")


def _reporter(page: Page) -> loss_by_phone.Reporter:
    return loss_by_phone.Reporter(page.request.address, page.site.public_host)


def _read_id(page: Page) -> None:
    if not page.form.get("login_id").strip():
        page.form.error("login_id", _("手紙のIDを入力してください。"))
    elif read_login_id(page.form.get("login_id")) is None:
        page.form.error("login_id", attempt.login_id_text(page.form.get("login_id")))


def _read_code(page: Page) -> None:
    fault = read_code(page.form.get("code")).fault
    if fault is not None:
        page.form.error("code", code_error(fault, None))


def _received(page: Page) -> Response[Any]:
    page.answer.drop_cookie(REPORT_COOKIE)
    return page.redirect(f"{PLACE}/received")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    own = Transaction.OWN
    steps = (
        ("phone", show_phone, submit_phone),
        ("letter", show_letter, submit_letter),
        ("code", show_code, submit_code),
        ("app", show_app, submit_app),
    )
    made = [
        endpoint("GET", PLACE, show, somebody_outside, PUBLIC),
        endpoint("GET", f"{PLACE}/received", received, somebody_outside, PUBLIC),
    ]
    for name, asks, takes in steps:
        place = f"{PLACE}/{name}"
        made.append(endpoint("GET", place, asks, somebody_outside, PUBLIC))
        made.append(
            endpoint(
                "POST",
                f"{place}/submit",
                takes,
                somebody_outside,
                PUBLIC,
                shows=asks,
                transaction=own,
            )
        )
    return made
