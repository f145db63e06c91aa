"""Sign in with a passkey: what the browser asks its device, and the device's answer."""

import time
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import NotFoundError, ThrottledError, TooLateError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.ceremonies import ask_to_sign_in
from portal.domain.people.authn.party import Party
from portal.domain.people.signin import devices, passkey_signin
from portal.domain.people.signin.attempt import Visitor
from portal.domain.people.signin.passkey_signin import Entered, Given
from portal.platform.http import cookies
from portal.platform.routes import Transaction, endpoint
from portal.platform.tries import ask_to_wait, count_try, given_back_if_lost
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.signin.brought_back import place_after
from portal.web.signin.signin import REFUSAL_SECONDS
from portal.web.signin.signin import show as show_signin

CHALLENGE_COOKIE = "passkey"
JSON = "application/json"


def party_here(page: Page) -> Party:
    """Return the site as devices know it.

    Raises:
        NotFoundError: its address is none for which devices make passkeys.
    """
    party = page.party
    if party is None:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    return party


def options(page: Page) -> Response[Any]:
    """Return what the browser asks its device, and give the browser the challenge, sealed."""
    challenge, sealed = passkey_signin.new_challenge(page.site.vault, page.now)
    life = int(passkey_signin.CHALLENGE_LIFE.total_seconds())
    page.answer.set_cookie(CHALLENGE_COOKIE, sealed, max_age=life)
    return page.send(ask_to_sign_in(party_here(page), challenge.bytes).encode(), JSON)


def submit(page: Page) -> Response[Any]:
    """Begin a session, or refuse whatever is wrong in one and the same sentence."""
    started, party = time.monotonic(), party_here(page)
    if not page.form.get("passkey"):  # no script, or a form that is sent again without its answer
        return page.redirect("/signin")
    tried = count_try(page, lambda work: _begin(page, work))
    if isinstance(tried, ThrottledError):
        page.form.error("login_id", tried.message)
        return ask_to_wait(page, tried, show_signin(page, 429))
    page.answer.drop_cookie(CHALLENGE_COOKIE)
    with given_back_if_lost(page, tried):
        decided = _decide(page, party, tried)
    if decided is None:
        return _refuse(page, started)
    entered, place = decided
    page.sign_in_as(entered.token)
    page.answer.set_cookie(
        cookies.DEVICE, entered.device, max_age=int(devices.LIFE.total_seconds())
    )
    return page.redirect(place)


def _begin(page: Page, work: Work) -> Attempt:
    if not work.program.windows.sign_in.is_open(work.now):
        raise TooLateError(_("サインインできる期間ではありません。"))
    return passkey_signin.begin(work, page.request.address)


def _decide(page: Page, party: Party, tried: Attempt) -> tuple[Entered, str] | None:
    site, client = page.site, page.request
    sealed = page.cookie(CHALLENGE_COOKIE)
    given = Given(page.form.get("passkey"), passkey_signin.read_challenge(site.vault, sealed))
    visitor = Visitor(client.address, page.cookie(cookies.DEVICE))
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        entered = passkey_signin.finish(page.work, party, given, visitor, page.who.auth)
        if entered is not None:
            place = place_after(page, entered.token)
            # last: everybody behind the same address waits for its row until the transaction ends
            tried.uncount(session)
            return entered, place
        return None


def _refuse(page: Page, started: float) -> Response[Any]:
    page.form.error(
        "login_id",
        _(
            "このパスキーでは、サインインできませんでした。"
            "IDとパスワードで、サインインしてください。"
        ),
    )
    response = show_signin(page, 422)
    # as for a wrong password: what is left of a difference drowns in this wait
    time.sleep(max(0.0, started + REFUSAL_SECONDS - time.monotonic()))
    return response


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint(
            "GET",
            "/signin/passkey/options",
            options,
            everybody,
            PUBLIC,
        ),
        endpoint(
            "POST",
            "/signin/passkey/submit",
            submit,
            everybody,
            PUBLIC,
            shows=show_signin,
            transaction=Transaction.TRIES,
        ),
    ]
