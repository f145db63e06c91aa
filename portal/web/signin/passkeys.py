"""The household's passkeys: offered, listed, added and removed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    BusyError,
    InputError,
    NotAllowedError,
    ThrottledError,
)
from portal.domain.foundation.program.day_text import format_month
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _, plain
from portal.domain.foundation.work import Work
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.credentials.queries import credential_by_id
from portal.domain.people.credentials.services import login_id_of
from portal.domain.people.signin import attempt, own_passkeys
from portal.domain.people.signin.attempt import Visitor
from portal.domain.people.signin.own_passkeys import OwnPasskey
from portal.platform.failures import failure_page
from portal.platform.http import cookies
from portal.platform.routes import Transaction, endpoint
from portal.platform.tries import ask_to_wait, count_try, give_back
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.activation import session_of
from portal.web.signin.fresh import with_password
from portal.web.signin.passkey_door import JSON, party_here
from portal.web.signin.remembered import COOKIE, SHARED_COOKIE

ACCESS = "signed_in"
PLACE = "/account/passkeys"
SHARED_LIFE = 180 * 24 * 3600
ALONE, SHARED = "alone", "shared"


class PasskeysView(View, frozen=True):
    """What ``portal/account/passkeys.html`` shows."""

    passkeys: Sequence[OwnPasskey]
    month: Callable[[datetime], str]
    instant: Callable[[datetime], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the household's passkeys."""
    party_here(page)
    view = PasskeysView(
        passkeys=own_passkeys.passkeys_of(page.work, session_of(page)),
        month=month_text,
        instant=instant_text,
        said=page.query.get("said", ""),
    )
    return page.render("portal/account/passkeys.html", view, status_code)


def month_text(instant: datetime) -> str:
    """Return the month of an instant, in words of the page's language."""
    day: date = jst_date(instant)
    return format_month(day)


def show_offer(page: Page, status_code: int = 200) -> Response[Any]:
    """Offer a passkey once, after the first sign-in."""
    party_here(page)
    return page.render("portal/signin/passkey_offer.html", status_code=status_code)


def decline_offer(page: Page) -> Response[Any]:
    """Go on without a passkey; a browser that more people use is not asked again."""
    if page.form.get("who") == SHARED:
        _remember_shared(page)
    return page.redirect("/home")


def _remember_shared(page: Page) -> None:
    page.answer.set_cookie(SHARED_COOKIE, "1", max_age=SHARED_LIFE)
    page.answer.drop_cookie(COOKIE)


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask who uses this phone, and for the password."""
    party_here(page)
    return page.render("portal/account/passkey_new.html", status_code=status_code)


def submit_new(page: Page) -> Response[Any]:
    """Compare the password again, outside of any transaction, and let a passkey be made."""
    who = page.form.get("who")
    if who == SHARED:
        _remember_shared(page)
        return page.redirect(f"{PLACE}?said=shared")
    if who != ALONE:
        page.form.error("who", _("この電話をだれが使うかを、選んでください。"))
    if not page.form.get("password").strip():
        page.form.error("password", _("パスワードを入力してください。"))
    if not page.form.ok:
        return _new_again(page, 422)
    tried = count_try(page, lambda work: _begin(page, work))
    if isinstance(tried, ThrottledError):
        page.form.error("password", tried.message)
        return ask_to_wait(page, tried, _new_again(page, 429))
    try:
        tried = tried.compared(page.site.hashes)
    except BusyError as error:
        give_back(page, tried.counters)
        return failure_page(page, error)
    return _let_make(page, tried)


def _begin(page: Page, work: Work) -> Attempt:
    owner = session_of(page).owner_id
    login_id = login_id_of(work.vault, credential_by_id(work.session, owner))
    typed = TypedLogin(login_id, page.form.get("password"))
    visitor = Visitor(page.request.address, page.cookie(cookies.DEVICE))
    return attempt.begin(work, typed, visitor, waits=False)


def _let_make(page: Page, tried: Attempt) -> Response[Any]:
    site = page.site
    try:
        with site.database.write() as session:
            page.load_auth(session, site.clock.now(session))
            if page.who.auth is None:
                return page.redirect("/signin?ended=1")
            if own_passkeys.begin_making(page.work, session_of(page), tried):
                return page.redirect(f"{PLACE}/make")
        page.form.error("password", _("パスワードが違います。もう一度入力してください。"))
    except NotAllowedError as error:
        page.form.error("password", error.message)
    return _new_again(page, 422)


def _new_again(page: Page, status_code: int) -> Response[Any]:
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        return show_new(page, status_code)


def show_make(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the button that makes a passkey on this device."""
    party_here(page)
    if not own_passkeys.is_making(session_of(page), page.now) and page.form.ok:
        return page.redirect(f"{PLACE}/new")
    return page.render("portal/account/passkey_make.html", status_code=status_code)


def options(page: Page) -> Response[Any]:
    """Return what the browser needs to make a passkey on its device."""
    name = plain(str(page.site.program.names.program))
    asked = own_passkeys.to_make(page.work, session_of(page), party_here(page), name)
    return page.send(asked.encode(), JSON)


def submit_make(page: Page) -> Response[Any]:
    """Store the passkey that the device made; it waits for a day."""
    answer, name = page.form.get("passkey"), page.form.get("name")
    try:
        own_passkeys.add(page.work, session_of(page), party_here(page), answer, name)
    except InputError as error:
        page.form.error("name", error.message)
        return show_make(page, 422)
    except NotAllowedError as error:
        page.form.error("name", error.message)
        return show_make(page, 422)
    return page.redirect("/account/changes")


class PasskeyRemoveView(View, frozen=True):
    """What ``portal/account/passkey_remove.html`` shows."""

    passkey: OwnPasskey
    month: Callable[[datetime], str]


def show_remove(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask before a passkey is removed."""
    number = page.params["number"]
    wanted = number if isinstance(number, int) else 0
    view = PasskeyRemoveView(
        own_passkeys.own_passkey(page.work, session_of(page), wanted), month_text
    )
    return page.render("portal/account/passkey_remove.html", view, status_code)


def remove(page: Page) -> Response[Any]:
    """Let a passkey go after the hold."""
    number = page.params["number"]
    wanted = number if isinstance(number, int) else 0
    try:
        own_passkeys.remove(page.work, session_of(page), wanted)
    except NotAllowedError as error:
        page.form.error("passkeys", error.message)
        return show(page, 422)
    return page.redirect("/account/changes")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    one = PLACE + "/remove/{number:int}"
    return [
        endpoint("GET", "/start/passkey", show_offer, signed_in, ACCESS),
        endpoint("POST", "/start/passkey/later", decline_offer, signed_in, ACCESS),
        endpoint("GET", PLACE, show, signed_in, ACCESS),
        endpoint("GET", PLACE + "/new", show_new, with_password, ACCESS),
        endpoint(
            "POST",
            PLACE + "/new/submit",
            submit_new,
            with_password,
            ACCESS,
            shows=show_new,
            transaction=Transaction.OWN,
        ),
        endpoint("GET", PLACE + "/make", show_make, with_password, ACCESS),
        endpoint("GET", PLACE + "/options", options, with_password, ACCESS),
        endpoint(
            "POST", PLACE + "/make/submit", submit_make, with_password, ACCESS, shows=show_make
        ),
        endpoint("GET", one, show_remove, with_password, ACCESS),
        endpoint("POST", one + "/submit", remove, with_password, ACCESS, shows=show_remove),
    ]
