"""The user's own account: a new password (with a fresh proof), and the active sessions."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.marks import Mark, marks
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from admin.people.new_password import known_words
from portal.domain.foundation.errors import BusyError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.told.mailboxes import OwnMailbox, own_mailbox
from portal.domain.oversight.told.states import MailboxState
from portal.domain.people.authn.passwords import SALT_BYTES
from portal.domain.people.signin.account import check_own_password
from portal.domain.people.staff import own_sessions, services
from portal.domain.people.staff.changes import AccountChange, changes_of
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.own_sessions import SessionView
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.security_keys import OwnKey, keys_of, month_text
from portal.platform.failures import failure_page
from portal.platform.routes import Transaction
from portal.platform.view import View

mail_mark = marks(
    {
        MailboxState.WAITING: Mark.WAIT,
        MailboxState.PROVED: Mark.GOOD,
        MailboxState.FAILED: Mark.STOP,
    }
)


class AccountView(View, frozen=True):
    """What ``admin/people/account.html`` shows."""

    said: str
    changes: Sequence[AccountChange]
    sessions: Sequence[SessionView]
    sites: Mapping[str, str]
    mailbox: OwnMailbox | None
    mail_domain: str
    mail_mark: Mark
    keys: Sequence[OwnKey]
    may_have_keys: bool
    month: Callable[[datetime], str]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the user's own account."""
    staff = page.who.staff
    staff_id = staff.id if staff is not None else 0
    mailbox = own_mailbox(page.work, staff_id)
    current = page.who.auth.id if page.who.auth is not None else None
    return page.render(
        "admin/people/account.html",
        AccountView(
            said=page.query.get("said", ""),
            changes=changes_of(page.session, staff_id),
            sessions=own_sessions.sessions_of(page.work, staff_id, current),
            mailbox=mailbox,
            mail_domain=page.site.program.staff_mail.domain(staff.organization if staff else ""),
            mail_mark=mail_mark(mailbox.state if mailbox is not None else ""),
            sites={workplace.id: workplace.name for workplace in page.site.program.workplaces},
            keys=keys_of(page.work, staff_id),
            may_have_keys=page.party is not None,
            month=month_text,
        ),
        status_code,
    )


def submit_password(page: Page) -> Response[Any]:
    """Set a new password after the old one and a fresh proof; other browsers are signed out."""
    site, form = page.site, page.form
    try:
        hashed = _checked_hash(page)
    except BusyError as error:
        page.forget_who()
        return failure_page(page, error)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        auth, staff = page.who.auth, page.who.staff
        if auth is None or staff is None:
            return page.redirect("/signin?ended=1")
        if form.ok:
            fresh_proof(page)
        if not form.ok or hashed is None:
            return show(page, 422)
        services.set_password(page.work, auth, hashed)
    return page.redirect("/account?said=password")


def _checked_hash(page: Page) -> str | None:
    """Compare the old password and hash the new one, outside any transaction.

    Faults go into the form.
    """
    site, form = page.site, page.form
    with site.database.read() as session:
        page.load_auth(session, site.clock.now(session))
        user = (
            page.who.staff if page.who.staff is not None else StaffUser(login="", display_name="")
        )
        current, words = user.password_hash, known_words(site.program, user)
    if not site.hashes.verify(current, form.get("current")):
        form.error("current", _s("いまのパスワードが違います。"))
    try:
        password = check_own_password(form.get("new_password"), words)
    except InputError as error:
        form.error("new_password", error.message)
        return None
    return site.hashes.hash(password, os.urandom(SALT_BYTES)) if form.ok else None


def sign_out_others(page: Page) -> Response[Any]:
    """End every other session of the account."""
    if page.who.auth is not None and page.who.auth.owner_id is not None:
        own_sessions.end_others(page.work, page.who.auth.owner_id, keep=page.who.auth.id)
    return page.redirect("/account?said=others")


def end_session(page: Page) -> Response[Any]:
    """End one other session of the account.

    One that has ended already, or a double click, is no fault.
    """
    key, auth = number_in_address(page, "session_id"), page.who.auth
    if auth is None or auth.owner_id is None or auth.id == key:
        return page.redirect("/account")
    try:
        own_sessions.end_session(page.work, auth.owner_id, key)
    except NotFoundError:
        return page.redirect("/account?said=over")
    return page.redirect("/account?said=one")


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
        staff_route("POST", "/account/sessions/{session_id:int}/end", end_session, permission),
    ]
