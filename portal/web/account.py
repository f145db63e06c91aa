"""Account: channels, own password, backup codes, sign out everywhere, report lost, ask for a new letter."""

import os
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.authn import sessions
from portal.domain.authn.codes import new_backup_codes
from portal.domain.authn.passwords import SALT_BYTES
from portal.domain.errors import BusyError, DomainError, InputError
from portal.domain.signin import account, second_factor
from portal.platform import cookies
from portal.platform.failures import failure_page
from portal.platform.page import Page
from portal.platform.routes import Transaction, endpoint
from portal.web.access import PUBLIC, everybody, signed_in
from portal.web.activation import forbidden_words, keep_backup, own_credential, session_of
from portal.web.code import masked
from portal.web.code_texts import channel_name
from portal.web.fresh import freshly_signed_in

ACCESS = "signed_in"


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the account."""
    credential = own_credential(page)
    found = second_factor.factors(page.session, credential.id).confirmed
    window = page.site.program.windows.new_letter
    return page.render(
        "portal/account.html",
        status_code,
        channels=[(a.kind, channel_name(a.kind), masked(page, a)) for a in found],
        more=len(found) < len(page.site.channels),
        own_password=credential.own_password_hash is not None,
        devices=sessions.count(page.session, sessions.RESIDENT, credential.id, page.now),
        said=page.query.get("said", ""),
        new_letter_open=window.is_open(page.now),
        new_letter_last_day=window.last_day if window.is_announced(page.now) else None,
    )


def show_password(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for an own password."""
    return page.render("portal/account_password.html", status_code)


def submit_password(page: Page) -> Response[Any]:
    """Set the own password; other browsers are signed out."""
    site = page.site
    try:
        password = account.check_own_password(page.form.get("own_password"), forbidden_words(page))
        hashed = site.hashes.hash(password, os.urandom(SALT_BYTES))
    except InputError as error:
        page.form.error("own_password", error.message)
        with site.database.read() as session:
            page.load_auth(session, site.clock.now(session))
            return show_password(page, 422)
    except BusyError as error:
        return failure_page(page, error)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        account.set_own_password(session, site.vault, session_of(page), hashed, page.now)
    return page.redirect("/account?said=password")


def remove_channel(page: Page) -> Response[Any]:
    """Remove one channel, never the last."""
    try:
        account.remove_channel(
            page.session, page.site.vault, session_of(page), page.form.get("channel"), page.now
        )
    except DomainError as error:
        page.form.error("channels", error.message)
        return show(page, 422)
    return page.redirect("/account?said=removed")


def new_codes(page: Page) -> Response[Any]:
    """Make ten new backup codes; the old ones end."""
    auth = session_of(page)
    backup = new_backup_codes(page.session, page.site.vault, auth.owner_id or 0, page.now)
    keep_backup(page, page.cookie(cookies.SESSION), backup)
    return page.redirect("/start/backup-codes")


def sign_out_everywhere(page: Page) -> Response[Any]:
    """End all sessions."""
    account.sign_out_everywhere(page.session, session_of(page), page.now)
    page.drop_cookie(cookies.SESSION)
    return page.redirect("/signedout")


def show_lost(page: Page, status_code: int = 200) -> Response[Any]:
    """Say what reporting a loss does, before the button."""
    return page.render("portal/account_lost.html", status_code)


def submit_lost(page: Page) -> Response[Any]:
    """Stop the account at once and ask for a new letter."""
    task = account.report_lost(
        page.session, page.site.vault, session_of(page).owner_id or 0, page.actor, page.now
    )
    page.drop_cookie(cookies.SESSION)
    return page.redirect(f"/account/received/lost/{task.receipt_no}")


def show_letter(page: Page, status_code: int = 200) -> Response[Any]:
    """Say where a new letter goes and when, before the button."""
    window = page.site.program.windows.new_letter
    return page.render(
        "portal/account_letter.html", status_code, window=window, open=window.is_open(page.now)
    )


def submit_letter(page: Page) -> Response[Any]:
    """Ask for a new letter; asking twice is one request."""
    if not page.site.program.windows.new_letter.is_open(page.now):
        return show_letter(page, 409)
    household_id = own_credential(page).household_id
    task = account.ask_new_letter(page.session, page.site.vault, household_id, page.actor, page.now)
    return page.redirect(f"/account/received/letter/{task.receipt_no}")


def received(page: Page) -> Response[Any]:
    """Show a receipt number and what happens next; the number itself is all this page knows."""
    kind = "lost" if page.params.get("kind") == "lost" else "letter"
    return page.render(
        "portal/account_received.html", kind=kind, receipt_no=str(page.params["receipt_no"])[:20]
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    fresh = freshly_signed_in
    return [
        endpoint("GET", "/account", show, signed_in, ACCESS),
        endpoint("GET", "/account/password", show_password, fresh, ACCESS),
        endpoint(
            "POST", "/account/password/submit", submit_password, fresh, ACCESS, shows=show_password,
            transaction=Transaction.OWN,
        ),
        endpoint("POST", "/account/remove-channel", remove_channel, fresh, ACCESS, shows=show),
        endpoint("POST", "/account/backup-codes", new_codes, fresh, ACCESS),
        endpoint("POST", "/account/sign-out-everywhere", sign_out_everywhere, signed_in, ACCESS),
        endpoint("GET", "/account/lost", show_lost, fresh, ACCESS),
        endpoint("POST", "/account/lost/submit", submit_lost, fresh, ACCESS, shows=show_lost),
        endpoint("GET", "/account/letter", show_letter, signed_in, ACCESS),
        endpoint("POST", "/account/letter/submit", submit_letter, signed_in, ACCESS, shows=show_letter),
        endpoint("GET", "/account/received/{kind:str}/{receipt_no:str}", received, everybody, PUBLIC),
    ]  # fmt: skip
