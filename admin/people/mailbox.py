"""The own address for what waits: entered, proved by a mailed code, ended."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.people import account
from portal.domain.foundation.errors import DomainError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.told import mailboxes
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again

DONE = "/account?said={}#mail"


def _me(page: Page) -> StaffUser:
    if page.who.staff is None:
        raise NotAllowedError(_s("もう一度、サインインしてください。"))
    return page.who.staff


def ask(page: Page) -> Response[Any]:
    """Mail a code to the address that was entered."""
    typed = page.form.get("mail_address")
    return carry_out_once(
        page,
        lambda: mailboxes.ask(page.work, _me(page), typed),
        DONE.format("mail_asked"),
        Again(account.show, "mail_address"),
    )


def prove(page: Page) -> Response[Any]:
    """Take the address into use after its code; a wrong code is counted."""
    try:
        right = mailboxes.prove(page.work, _me(page), page.form.get("mail_code"))
    except DomainError as error:
        page.form.error("mail_code", error.message)
        return account.show(page, 422)
    if right:
        return page.redirect(DONE.format("mail_proved"))
    page.form.error(
        "mail_code",
        _s("番号が違うか、古くなりました。もう一度入力するか、新しい番号を送ってください。"),
    )
    return account.show(page, 422)


def end(page: Page) -> Response[Any]:
    """End the use of the address."""
    return carry_out_once(
        page,
        lambda: mailboxes.end(page.work, _me(page)),
        DONE.format("mail_ended"),
        Again(account.show, "mail_address"),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    own = Permission.OWN_ACCOUNT
    return [
        staff_route("POST", "/account/mail", ask, own, shows=account.show),
        staff_route("POST", "/account/mail/code", prove, own, shows=account.show),
        staff_route("POST", "/account/mail/end", end, own, shows=account.show),
    ]
