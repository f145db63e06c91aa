"""Dangerous changes need a fresh code: the second factor was given at most five minutes ago."""

from datetime import timedelta
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import ThrottledError
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry
from portal.domain.people.signin import code_sending, second_factor
from portal.domain.people.signin.evidence import Item, Right, suffices
from portal.domain.people.signin.own_devices import LABEL
from portal.domain.people.signin.standing import rests_on_passkey, shown_in
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.asking import asked
from portal.web.signin.code import SentCode, chosen, masked, sent_code
from portal.web.signin.code_texts import channel_name, code_error

FRESH = timedelta(minutes=5)
PLACES = (
    "/account",
    "/account/channel",
    "/account/password",
    "/account/lost",
    "/alternative/check",
    "/account/backup-codes",
    "/account/devices",
    "/account/passkeys",
    *(f"/account/channel?change={kind}" for kind in CodeChannel),
)
"""Where a code leads back to; what was asked to be changed is chosen there already."""
BY_PASSKEY = "/account/by-passkey"
PURPOSES = {"/alternative/check": CodePurpose.ALTERNATIVE}
"""The purposes of codes for more than a change of settings.

The message names the purpose, and the code is valid for nothing else.
"""
KEPT = ("alternative", LABEL)
"""Keys of session data that continue after the code: unfinished requests, the device's label."""


def is_fresh(page: Page) -> bool:
    """Tell whether the second factor was given in the last five minutes."""
    return (
        page.who.auth is not None
        and page.who.auth.verified_at is not None
        and page.now - page.who.auth.verified_at < FRESH
    )


def freshly_signed_in(page: Page) -> Response[Any] | None:
    """Admit a fresh session; ask an older one for a code and return to the page afterwards."""
    if (refused := signed_in(page)) is not None:
        return refused
    return None if is_fresh(page) else _confirmation(page)


def by_channel(page: Page) -> Response[Any] | None:
    """Admit a fresh session that a channel opened; one of a backup code is asked for a code.

    Whoever has the password and one backup code must not be able to shut out the owner, who has the
    channel and can call changes off.
    """
    if (refused := with_password(page)) is not None:
        return refused
    auth = page.who.auth
    if auth is not None and not suffices(shown_in(auth), Right.CHANGE_SECRETS):
        return _confirmation(page)
    return None


def with_password(page: Page) -> Response[Any] | None:
    """Admit a fresh session that showed more than a passkey, which changes no factor.

    One that a passkey opened is told to sign in with ID and password.
    """
    if (refused := signed_in(page)) is not None:
        return refused
    if page.who.auth is not None and rests_on_passkey(page.who.auth):
        return page.redirect(BY_PASSKEY)
    return freshly_signed_in(page)


def show_by_passkey(page: Page) -> Response[Any]:
    """Say that a passkey changes nothing, and how to sign in for that."""
    return page.render("portal/account/by_passkey.html")


def _confirmation(page: Page) -> Response[Any]:
    wanted = page.path
    if change := page.query.get("change"):
        wanted += f"?change={change}"
    place = next((p for p in reversed(PLACES) if wanted.startswith(p)), "/account")
    return page.redirect(f"/confirm/{PLACES.index(place)}")


def _place(page: Page) -> int:
    number = page.params.get("place", 0)
    return number if isinstance(number, int) and 0 <= number < len(PLACES) else 0


def _purpose(page: Page) -> CodePurpose:
    return PURPOSES.get(PLACES[_place(page)], CodePurpose.CONFIRM)


class ConfirmView(View, frozen=True):
    """What ``portal/signin/confirm.html`` shows."""

    place: int
    current: OtpAuthenticator | None
    sent: SentCode
    purpose: str
    address: str
    name: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a fresh code before a change."""
    current = chosen(page)
    return page.render(
        "portal/signin/confirm.html",
        ConfirmView(
            place=_place(page),
            current=current,
            sent=sent_code(page, current, _purpose(page)) if current is not None else SentCode(),
            purpose=_purpose(page),
            address=masked(page, current) if current is not None else "",
            name=channel_name(current.kind) if current is not None else "",
        ),
        status_code,
    )


def send(page: Page) -> Response[Any]:
    """Send the code."""
    current = chosen(page)
    if current is not None and current.kind != CodeChannel.TOTP:
        try:
            code_sending.send_code(page.work, current, _purpose(page), asked(page))
        except ThrottledError as error:
            page.form.error("code", error.message)
            return show(page, 429)
    return page.redirect(f"/confirm/{_place(page)}")


def submit(page: Page) -> Response[Any]:
    """Check the code and return to the change."""
    current = chosen(page)
    if current is None or page.who.auth is None:
        return page.redirect("/lost")
    entry = CodeEntry(_purpose(page), page.form.get("code"))
    answer = second_factor.check(page.work, current, entry)
    if answer is not CodeAnswer.RIGHT:
        page.form.error("code", code_error(answer, current))
        return show(page, 422)
    kept = {name: value for name, value in page.who.auth.data.items() if name in KEPT}
    item = Item(current.kind)
    page.sign_in_as(second_factor.step_up(page.work, page.who.auth, item, data=kept))
    return page.redirect(PLACES[_place(page)])


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/confirm/{place:int}", show, signed_in, "signed_in"),
        endpoint("GET", BY_PASSKEY, show_by_passkey, signed_in, "signed_in"),
        endpoint("POST", "/confirm/{place:int}/send", send, signed_in, "signed_in", shows=show),
        endpoint("POST", "/confirm/{place:int}/submit", submit, signed_in, "signed_in", shows=show),
    ]
