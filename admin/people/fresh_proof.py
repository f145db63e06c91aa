"""What dangerous actions ask for: a fresh code of the app, or the answer of a security key."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.page import Page
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.party import Party
from portal.domain.people.staff import security_keys
from portal.domain.people.staff.fresh_proof import Given, fault_of
from portal.domain.people.staff.permissions import Permission
from portal.platform.routes import Transaction

JSON = "application/json"


def party_here(page: Page) -> Party:
    """Return the site as keys know it.

    Raises:
        NotFoundError: its address is none for which keys are made.
    """
    if page.party is None:
        raise NotFoundError(_s("このアドレスでは、セキュリティキーを使えません。"))
    return page.party


def fresh_proof(page: Page) -> int:
    """Check the code or the key that came with a form; return 0, or the status of the refusal.

    Faults are added to the form.
    """
    given = Given(page.form.get("code"), page.form.get("passkey"), page.path)
    try:
        fault = fault_of(page.work, _signed_in(page), page.party, given)
    except ThrottledError as error:
        page.form.error("code", error.message)
        return 429
    if fault:
        page.form.error("code", fault)
    return 422 if fault else 0


def _signed_in(page: Page) -> AuthSession:
    if page.who.auth is None or page.who.staff is None:
        raise NotAllowedError(_s("もう一度サインインしてください。"))
    return page.who.auth


def options(page: Page) -> Response[Any]:
    """Return what the browser asks the key of whoever is about to act."""
    asked = security_keys.ask(page.work, _signed_in(page), party_here(page))
    return page.send(asked.encode(), JSON)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route(
            "GET",
            "/account/keys/ask",
            options,
            Permission.OWN_ACCOUNT,
            transaction=Transaction.WRITE,
        )
    ]
