"""Who may open a staff page: registered networks, then everybody or the holders of one permission."""

import hashlib
from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.audit.services import first_time
from portal.domain.errors import NotAllowedError, NotFoundError
from portal.domain.staff.permissions import Permission, may
from portal.domain.staff.sign_in import STAGE_FULL, STAGE_PASSWORD
from portal.domain.texts import _s
from portal.platform.network import inside
from portal.platform.page import Page
from portal.platform.routes import Guard, Handler, Transaction, endpoint
from portal.platform.uploads import UploadRule

PUBLIC = "public"
LOOPBACK = ("127.0.0.0/8", "::1/128")
BIGGEST_KEY = 2**63


def refuse_outside(page: Page) -> None:
    """Refuse addresses that are not registered; without a list every address is (a proxy stands in front then).

    Raises:
        NotAllowedError: the address is outside.
    """
    networks = page.site.settings.admin_networks
    if not networks or inside(page.address, networks):
        return
    if page.site.settings.has_outbox and inside(page.address, LOOPBACK):
        return
    raise NotAllowedError(
        _s("このネットワークからは使えません。登録された職場のネットワークから開いてください。")
    )


def allowed(page: Page, permission: Permission) -> bool:
    """Tell whether the signed-in person holds a permission, for what a page shows."""
    signed_in = page.auth is not None and page.auth.stage == STAGE_FULL
    return signed_in and page.staff is not None and may(page.staff, permission)


def everybody(page: Page) -> Response[Any] | None:
    """Let in everybody who comes from a registered network."""
    refuse_outside(page)
    return None


def between_steps(page: Page) -> Response[Any] | None:
    """Let in a session that has given its password and not yet its code."""
    refuse_outside(page)
    if page.auth is None or page.staff is None or not page.staff.active:
        return page.redirect("/signin")
    return None if page.auth.stage == STAGE_PASSWORD else page.redirect("/")


def holders_of(permission: Permission) -> Guard:
    """Let in people who hold the permission; send the signed-out to the sign-in."""

    def guard(page: Page) -> Response[Any] | None:
        refuse_outside(page)
        if page.auth is None or page.staff is None or not page.staff.active:
            return page.redirect("/signin?ended=1" if page.method == "POST" else "/signin")
        if page.auth.stage != STAGE_FULL:
            return page.redirect("/signin/code")
        if not may(page.staff, permission):
            raise NotAllowedError(_s("あなたの役割では、この画面は使えません。"))
        return None

    return guard


def staff_route(
    method: str, path: str, handler: Handler, permission: Permission, *, shows: Handler | None = None,
    transaction: Transaction | None = None, uploads: Mapping[str, UploadRule] | None = None,
) -> HTTPRouteHandler:  # fmt: skip
    """Return a route for the holders of one permission; ``uploads`` names fields with a file, and their rules."""
    return endpoint(
        method, path, handler, holders_of(permission), permission.value, shows=shows, transaction=transaction,
        uploads=uploads,
    )  # fmt: skip


def public_route(
    method: str, path: str, handler: Handler, *, guard: Guard = everybody, shows: Handler | None = None,
    transaction: Transaction | None = None,
) -> HTTPRouteHandler:  # fmt: skip
    """Return a route for people who have not signed in yet."""
    return endpoint(method, path, handler, guard, PUBLIC, shows=shows, transaction=transaction)


def first_post(page: Page) -> bool:
    """Claim the posted form: False when the same form was carried out before, so that a double click is one effect."""
    return first_time(page.session, post_key(page), page.now)


def post_key(page: Page) -> str:
    """Return the key under which the posted form is claimed, and under which its result may be kept."""
    who = page.staff.id if page.staff is not None else 0
    typed = sorted((name, value) for name, value in page.form.values.items() if name != "form_token")
    files = sorted((name, hashlib.sha256(file.data).hexdigest()) for name, file in page.form.files.items())
    return hashlib.sha256(repr((who, page.path, typed, files)).encode()).hexdigest()


def number_in_address(page: Page, name: str) -> int:
    """Return a key that stands in the page's address.

    Raises:
        NotFoundError: no row can have such a key.
    """
    number = int(page.params[name])
    if not 0 < number < BIGGEST_KEY:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return number
