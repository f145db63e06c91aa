"""The own account: a new password (with a fresh code), and where one is signed in."""

import os
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.web.signin import code_error
from portal.domain.authn import sessions
from portal.domain.authn.codes import CodeAnswer
from portal.domain.authn.passwords import SALT_BYTES
from portal.domain.errors import BusyError, InputError, ThrottledError
from portal.domain.signin.account import check_own_password
from portal.domain.staff import services, sign_in
from portal.domain.staff.models import StaffUser
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.failures import failure_page
from portal.platform.page import Page
from portal.platform.routes import Transaction


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the own account."""
    living = sessions.count(page.session, sessions.STAFF, page.staff.id, page.now) if page.staff else 0
    return page.render("admin/account.html", status_code, sessions=living, said=page.query.get("said", ""))


def submit_password(page: Page) -> Response[Any]:
    """Set a new password after the old one and a fresh code; other browsers are signed out."""
    site, form = page.site, page.form
    try:
        hashed = _checked_hash(page)
    except BusyError as error:
        page.auth = page.staff = None
        return failure_page(page, error)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        auth, staff = page.auth, page.staff
        if auth is None or staff is None:
            return page.redirect("/signin?ended=1")
        if form.ok and (fault := _code_fault(page, staff.id)):
            form.error("code", fault)
        if not form.ok or hashed is None:
            return show(page, 422)
        services.set_password(session, staff.id, hashed, page.actor, page.now, keep=auth.id)
    return page.redirect("/account?said=password")


def _checked_hash(page: Page) -> str | None:
    """Compare the old password and hash the new one, outside any transaction; faults go into the form."""
    site, form = page.site, page.form
    with site.database.read() as session:
        page.load_auth(session, site.clock.now(session))
        user = page.staff if page.staff is not None else StaffUser(login="", display_name="")
        current, words = user.password_hash, (user.login, user.display_name)
    if not site.hashes.verify(current, form.get("current")):
        form.error("current", _s("いまのパスワードが違います。"))
    try:
        password = check_own_password(form.get("new_password"), words)
    except InputError as error:
        form.error("new_password", error.message)
        return None
    return site.hashes.hash(password, os.urandom(SALT_BYTES)) if form.ok else None


def _code_fault(page: Page, staff_id: int) -> str:
    try:
        answer = sign_in.check_code(page.session, page.site.vault, staff_id, page.form.get("code"), page.now)
    except ThrottledError as error:
        return error.message
    return "" if answer is CodeAnswer.RIGHT else code_error(answer)


def sign_out_others(page: Page) -> Response[Any]:
    """End every other session of the account."""
    if page.auth is not None and page.auth.owner_id is not None:
        sessions.end_all(page.session, sessions.STAFF, page.auth.owner_id, keep=page.auth.id)
    return page.redirect("/account?said=others")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.OWN_ACCOUNT
    return [
        staff_route("GET", "/account", show, permission),
        staff_route(
            "POST",
            "/account/password/submit",
            submit_password,
            permission,
            shows=show,
            transaction=Transaction.OWN,
        ),
        staff_route("POST", "/account/sign-out-others", sign_out_others, permission),
    ]
