"""The household's devices: where it is signed in, and signing one of them out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import InputError
from portal.domain.people.signin import own_devices
from portal.domain.people.signin.devices import LIFE
from portal.domain.people.signin.own_devices import SignedInDevice
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.activation import session_of
from portal.web.signin.brought_back import LABEL_COOKIE
from portal.web.signin.fresh import freshly_signed_in
from portal.web.signin.passkeys import month_text

ACCESS = "signed_in"
PLACE = "/account/devices"
LONGEST = 18
"""Digits of a key that a form may send: more than the database has."""


class AccountDevicesView(View, frozen=True):
    """What ``portal/account/account_devices.html`` shows."""

    devices: Sequence[SignedInDevice]
    month: Callable[[datetime], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show where the household is signed in, with a button for each but the one in use."""
    found = own_devices.devices_of(page.work, session_of(page))
    view = AccountDevicesView(devices=found, month=month_text, said=page.query.get("said", ""))
    return page.render("portal/account/account_devices.html", view, status_code)


def sign_out(page: Page) -> Response[Any]:
    """Sign one device out; one that has gone meanwhile, or is no own one, is not there."""
    typed = page.form.get("device")
    known = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST
    ended = known and own_devices.sign_out_device(page.work, session_of(page), int(typed))
    return page.redirect(f"{PLACE}?said={'ended' if ended else 'gone'}")


def name(page: Page) -> Response[Any]:
    """Give the device in use a label, which its browser brings to later sign-ins."""
    try:
        sealed = own_devices.name_device(page.work, session_of(page), page.form.get("label"))
    except InputError as error:
        page.form.error("label", error.message)
        return show(page, 422)
    page.answer.set_cookie(LABEL_COOKIE, sealed, max_age=int(LIFE.total_seconds()))
    return page.redirect(f"{PLACE}?said=named")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", PLACE, show, signed_in, ACCESS),
        endpoint("POST", PLACE + "/name", name, signed_in, ACCESS, shows=show),
        endpoint("POST", PLACE + "/sign-out", sign_out, freshly_signed_in, ACCESS, shows=show),
    ]
