"""Sign in with the mailed ID and password."""

import time
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import BusyError, ThrottledError, TooLateError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.queries import sent_on
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.signin import attempt, code_sending, slow_mode
from portal.domain.people.signin.code_sending import Asked
from portal.platform import tries
from portal.platform.failures import failure_page
from portal.platform.http import cookies
from portal.platform.routes import Transaction, endpoint
from portal.platform.tries import ask_to_wait, count_try, give_back, given_back_if_lost
from portal.platform.view import View
from portal.resident_page import Page, origin_of
from portal.web.access import NEXT_STEP, PUBLIC, everybody
from portal.web.information.window import refuse_closed
from portal.web.signin.letter_id import forget_letter_id, keep_letter_id, kept_letter_id
from portal.web.signin.remembered import (
    carried_here,
    keep_wish,
    known_id,
    masked_tail,
    may_remember,
)
from portal.web.wanted import has_wanted

WAIT_COOKIE = "signin_wait"
REFUSAL_SECONDS = 0.05
"""Every refusal of ID or password takes at least this long (``security.md`` A6)."""


class SigninView(View, frozen=True):
    """What ``portal/signin/signin.html`` shows."""

    login_id: str
    tail: str
    may_remember: bool
    forgot: bool
    ended: bool
    elsewhere: bool
    wanted: bool
    brought_back: bool
    passkeys: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form; what was typed stays, except the password."""
    if page.who.auth is not None and page.method == "GET":
        return page.redirect(NEXT_STEP[page.who.auth.stage])
    if (closed := refuse_closed(page)) is not None:
        return closed
    if page.method == "GET" and "id" in page.query:
        # The letter's QR brings the ID once; it leaves the address bar (and the history) at once.
        login_id = read_login_id(page.query["id"])
        if login_id:
            keep_letter_id(page, login_id)
        return page.redirect("/signin")
    login_id = page.form.get("login_id") or kept_letter_id(page)
    return page.render(
        "portal/signin/signin.html",
        SigninView(
            login_id=login_id,
            tail=masked_tail(_stands_for(page, login_id)),
            may_remember=may_remember(page),
            forgot="forgot" in page.query,
            ended="ended" in page.query,
            elsewhere="elsewhere" in page.query,
            wanted=has_wanted(page) and page.method == "GET",
            brought_back=bool(page.cookie(cookies.ENDED)),
            passkeys=page.party is not None,
        ),
        status_code,
    )


def _stands_for(page: Page, login_id: str) -> str:
    """Return the remembered ID that the form stands for, of which no more than a hint is shown."""
    if "other" in page.query:
        return ""
    known = known_id(page)
    return known if read_login_id(login_id) in {None, known} and _is_known(page) else ""


def _is_known(page: Page) -> bool:
    """Tell whether a form that was sent stood for a remembered ID, or has not been sent yet."""
    return page.method == "GET" or page.form.get("known") == "yes"


def _typed(page: Page) -> TypedLogin:
    """Return what was typed; a form with a remembered ID has none."""
    known = page.form.get("known") == "yes"
    login_id = carried_here(page) if known else page.form.get("login_id")
    return TypedLogin(login_id, page.form.get("password"))


def submit(page: Page) -> Response[Any]:
    """Count the try, compare outside the transaction, then begin a session or refuse.

    Every fault is refused in one and the same sentence.
    """
    started = time.monotonic()
    typed = _typed(page)
    if not _readable(page, typed):
        return _show_faults(page)
    keep_wish(page)
    return decide(page, typed, started)


def _show_faults(page: Page) -> Response[Any]:
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        return show(page, 422)


def decide(
    page: Page, typed: TypedLogin, started: float, ticket: slow_mode.Ticket | None = None
) -> Response[Any]:
    """Count a try, compare it and answer; ``ticket`` is its wait in slow mode."""
    tried = count_try(page, lambda work: _begin(page, work, typed, ticket))
    if isinstance(tried, slow_mode.MustWaitError):
        sealed = slow_mode.make_ticket(page.site.vault, typed, page.now)
        life = slow_mode.TICKET_LIFE + slow_mode.DELAY
        page.answer.set_cookie(WAIT_COOKIE, sealed, max_age=int(life.total_seconds()))
        return page.redirect("/signin/wait")
    if isinstance(tried, ThrottledError):
        page.form.error("login_id", tried.message)
        return ask_to_wait(page, tried, show(page, 429))
    try:
        tried = tried.compared(page.site.hashes)
    except BusyError as error:
        give_back(page, attempt.counted_in(tried, ticket))
        return failure_page(page, error)
    page.answer.drop_cookie(WAIT_COOKIE)
    with given_back_if_lost(page, tried):
        signed = _decide(page, tried)
    if isinstance(signed, str):
        return _refuse(page, signed, started)
    page.sign_in_as(signed.token, on_the_way=True)
    forget_letter_id(page)
    return page.redirect(NEXT_STEP[signed.stage])


def _begin(page: Page, work: Work, typed: TypedLogin, ticket: slow_mode.Ticket | None) -> Attempt:
    if not work.program.windows.sign_in.is_open(work.now):
        raise TooLateError(_("サインインできる期間ではありません。"))
    client = page.request
    visitor = attempt.Visitor(client.address, page.cookie(cookies.DEVICE), ticket)
    return attempt.begin(work, typed, visitor)


def _decide(page: Page, tried: Attempt) -> attempt.SignedIn | str:
    """Begin a session and send the first code; for a wrong try return the refusal instead."""
    site = page.site
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        signed = attempt.finish(page.work, tried, page.who.auth)
        if signed is None:
            return _refusal(page, tried)
        if signed.stage is Stage.CODE:
            asked = Asked(origin_of(site), tried.known_device)
            code_sending.send_first_code(page.work, signed.factors, asked)
        return signed


def _refuse(page: Page, sentence: str, started: float) -> Response[Any]:
    page.form.error("login_id", sentence)
    response = show(page, 422)
    # What is left of a difference between known and unknown IDs (tens of microseconds) drowns in
    # this wait.
    time.sleep(max(0.0, started + REFUSAL_SECONDS - time.monotonic()))
    return response


def _readable(page: Page, typed: TypedLogin) -> bool:
    form = page.form
    if not typed.login.strip():
        form.error("login_id", _("手紙のIDを入力してください。"))
    elif read_login_id(typed.login) is None:
        form.error("login_id", attempt.login_id_text(typed.login))
    if not typed.password.strip():
        form.error("password", _("パスワードを入力してください。"))
    return form.ok


def _refusal(page: Page, tried: Attempt) -> str:
    """Return the one sentence for every fault.

    Only a password that was right until the new letter gets a sentence about that letter.
    """
    household_id = attempt.replaced_of(page.session, tried)
    if household_id is None:
        # true whichever password counts, so that it does not tell whether somebody chose one
        return _(
            "IDかパスワードが違います。手紙を見て、もう一度入力してください。"
            "自分で決めたパスワードがある方は、大文字と小文字も、"
            "決めたとおりに入力してください。"
        )
    sent = sent_on(page.session, household_id)
    if sent is None:
        return _(
            "このIDとパスワードは、もう使えません。新しい手紙を、まもなく送ります。"
            "届いたら、新しいIDとパスワードを使ってください。"
        )
    return _(
        "このIDとパスワードは、もう使えません。新しい手紙を、%(day)sに送りました。"
        "新しいIDとパスワードを使ってください。"
    ) % {"day": format_day(sent)}


def sign_out(page: Page) -> Response[Any]:
    """End this session."""
    return tries.sign_out(page, sessions.RESIDENT)


def signed_out(page: Page) -> Response[Any]:
    """Confirm the sign-out."""
    return page.render("portal/signin/signedout.html")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/signin", show, everybody, PUBLIC),
        endpoint(
            "POST",
            "/signin/submit",
            submit,
            everybody,
            PUBLIC,
            shows=show,
            transaction=Transaction.TRIES,
        ),
        endpoint("POST", "/signout", sign_out, everybody, PUBLIC),
        endpoint("GET", "/signedout", signed_out, everybody, PUBLIC),
    ]
