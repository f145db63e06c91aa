"""Sign-in: login and password, then the authenticator app's code, on two pages of their own."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import between_steps, everybody, place_of, public_route
from admin.page import Page
from portal.domain.contacts.floor.seats import leave_seat
from portal.domain.foundation.errors import BusyError, NotAllowedError, ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff import sign_in
from portal.domain.people.staff.code_words import code_error
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.own_sessions import sign_in_data
from portal.domain.people.staff.queries import staff_user
from portal.domain.people.staff.stored_keys import has_keys
from portal.platform import tries
from portal.platform.failures import failure_page
from portal.platform.http import locale
from portal.platform.routes import Transaction
from portal.platform.tries import ask_to_wait, count_try, give_back, given_back_if_lost
from portal.platform.view import View


class SigninView(View, frozen=True):
    """What ``admin/people/signin.html`` shows."""

    ended: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form; the login stays, the password does not."""
    if page.method == "GET" and page.who.auth is not None and page.who.staff is not None:
        return page.redirect("/" if page.who.auth.stage == Stage.FULL else "/signin/code")
    return page.render(
        "admin/people/signin.html", SigninView(ended="ended" in page.query), status_code
    )


def submit(page: Page) -> Response[Any]:
    """Count the try, compare outside any transaction, then ask for the code.

    Every fault gets the same sentence.
    """
    site, form = page.site, page.form
    page.forget_who()  # whoever signs in is nobody until the password fits
    if not form.get("login").strip():
        form.error("login", _s("ログイン名を入力してください。"))
    if not form.get("password"):
        form.error("password", _s("パスワードを入力してください。"))
    if not form.ok:
        return show(page, 422)
    attempt = _count_try(page)
    if isinstance(attempt, ThrottledError):
        form.error("login", attempt.message)
        return ask_to_wait(page, attempt, show(page, 429))
    try:
        attempt = attempt.compared(site.hashes)
    except BusyError as error:
        give_back(page, attempt.counters)
        return failure_page(page, error)
    with given_back_if_lost(page, attempt):
        refusal, token = _decide(page, attempt)
    if refusal:
        form.error("login", refusal)
        return show(page, 403)
    if token is None:
        form.error("login", _s("ログイン名かパスワードが違います。もう一度入力してください。"))
        return show(page, 422)
    page.sign_in_as(token)
    return page.redirect("/signin/code")


def _count_try(page: Page) -> Attempt | ThrottledError:
    typed = TypedLogin(page.form.get("login"), page.form.get("password"))
    return count_try(page, lambda work: sign_in.begin(work, typed, page.request.address))


def _decide(page: Page, attempt: Attempt) -> tuple[str, str | None]:
    """Return why this account may not work from here, if so, and the token of a new session."""
    with page.site.database.write() as session:
        page.load_auth(session, page.site.clock.now(session))
        refusal = _place_refusal(page, attempt) if attempt.matched else ""
        token = None
        if refusal:
            sign_in.refuse_place(page.work, attempt)
        else:
            token = sign_in.finish(page.work, attempt, page.who.auth)
        page.forget_who()
    return refusal, token


def _place_refusal(page: Page, attempt: Attempt) -> str:
    """Return why this account may not work from here.

    Only after the right password, so that no login reveals its role.
    """
    user = staff_user(page.session, attempt.owner_id)
    if user is None or not user.active:
        return ""
    try:
        place_of(page, user)
    except NotAllowedError as error:
        return error.message
    return ""


class CodeView(View, frozen=True):
    """What ``admin/people/signin_code.html`` shows."""

    keys: bool


def show_code(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the code, or for a key of the account."""
    staff = page.who.staff
    usable = page.party is not None and staff is not None
    return page.render(
        "admin/people/signin_code.html",
        CodeView(keys=usable and has_keys(page.session, staff.id if staff is not None else 0)),
        status_code,
    )


def submit_code(page: Page) -> Response[Any]:
    """Check the code; the right one begins a new session that may open pages."""
    auth, staff = page.who.auth, page.who.staff
    if auth is None or staff is None:
        return page.redirect("/signin")
    answer = _answer(page, staff.id)
    if answer is not CodeAnswer.RIGHT:
        return show_code(page, 429 if answer is None else 422)
    return open_site(page, auth, staff)


def open_site(page: Page, auth: AuthSession, staff: StaffUser) -> Response[Any]:
    """Begin the session of somebody who has shown both, in the language of the account."""
    if not page.cookie(locale.COOKIE):
        page.answer.set_cookie(locale.COOKIE, locale.CODE_OF[staff.locale], max_age=365 * 24 * 3600)
    place = place_of(page, staff)
    kept = sign_in_data(
        place.workplace.id if place.workplace is not None else "", page.request.user_agent
    )
    page.sign_in_as(sign_in.complete(page.work, auth, data=kept))
    return page.redirect("/sites" if place.waiting else "/")


def _answer(page: Page, staff_id: int) -> CodeAnswer | None:
    try:
        answer = sign_in.check_code(page.work, staff_id, page.form.get("code"))
    except ThrottledError as error:
        page.form.error("code", error.message)
        return None
    if answer is not CodeAnswer.RIGHT:
        page.form.error("code", code_error(answer))
    return answer


def sign_out(page: Page) -> Response[Any]:
    """End this session, and free the seat."""
    if page.who.staff is not None:
        leave_seat(page.work)
    return tries.sign_out(page, sessions.STAFF)


def signed_out(page: Page) -> Response[Any]:
    """Confirm the sign-out."""
    return page.render("admin/people/signedout.html")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        public_route("GET", "/signin", show),
        public_route("POST", "/signin/submit", submit, shows=show, transaction=Transaction.OWN),
        public_route("GET", "/signin/code", show_code, guard=between_steps),
        public_route(
            "POST", "/signin/code/submit", submit_code, guard=between_steps, shows=show_code
        ),
        public_route("POST", "/signout", sign_out, guard=everybody),
        public_route("GET", "/signedout", signed_out),
    ]
