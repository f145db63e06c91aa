"""The household's account: channels, own password, backup codes, loss and a new letter."""

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import (
    BusyError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.people.authn import codes, sessions
from portal.domain.people.authn.passwords import SALT_BYTES
from portal.domain.people.credentials.states import Door
from portal.domain.people.households.large_print import large_print_of
from portal.domain.people.signin import account
from portal.domain.people.signin.changes import WaitingChange, waiting_changes
from portal.domain.people.signin.letter_requests import letter_state, open_letter_request, own_task
from portal.domain.people.signin.letter_size import set_large_print
from portal.domain.people.signin.locked_out import stamp, stamped_at
from portal.domain.people.signin.reminder_wish import set_reminders
from portal.domain.people.signin.shut_since import door_shut_since
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState
from portal.platform.failures import failure_page
from portal.platform.http import cookies
from portal.platform.routes import Transaction, endpoint
from portal.platform.tries import leave
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody, signed_in
from portal.web.signin.activation import (
    ShownCodes,
    forbidden_words,
    keep_backup,
    own_credential,
    session_of,
)
from portal.web.signin.code import masked, proven, remember_device
from portal.web.signin.code_texts import channel_name
from portal.web.signin.fresh import by_channel, freshly_signed_in

ACCESS = "signed_in"
LOST = "loss-receipt"


class OwnChannel(NamedTuple):
    """A proven channel: its kind, its name, and its address with only a hint of it legible."""

    kind: str
    name: str
    address: str


class AccountView(View, frozen=True):
    """What ``portal/account/account.html`` shows."""

    channels: Sequence[OwnChannel]
    changes: Sequence[WaitingChange]
    source_closed: bool
    own_password: bool
    reminders: bool
    large_print: bool
    devices: int
    passkeys: bool
    said: str
    door: Door
    shut_at: str
    new_letter_open: bool
    new_letter_last_day: date | None


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the account."""
    credential = own_credential(page)
    found = proven(page).confirmed
    window = page.site.program.windows.new_letter
    shut = door_shut_since(page.session, credential)
    return page.render(
        "portal/account/account.html",
        AccountView(
            channels=[OwnChannel(a.kind, channel_name(a.kind), masked(page, a)) for a in found],
            changes=waiting_changes(page.session, credential, page.now),
            source_closed=codes.has_closed(page.session, credential.id),
            own_password=credential.own_password_hash is not None,
            reminders=credential.reminders_ended_at is None,
            large_print=large_print_of(page.session, credential.household_id) is not None,
            devices=sessions.count(
                page.session, sessions.Owner(sessions.RESIDENT, credential.id), page.now
            ),
            passkeys=page.party is not None,
            said=page.query.get("said", ""),
            door=Door(credential.door),
            shut_at=instant_text(shut.at) if shut is not None else "",
            new_letter_open=window.is_open(page.now),
            new_letter_last_day=window.last_day if window.is_announced(page.now) else None,
        ),
        status_code,
    )


def submit_reminders(page: Page) -> Response[Any]:
    """End the reminders of a last day, or take them up again."""
    set_reminders(page.work, session_of(page), wanted=page.form.get("wanted") == "yes")
    return page.redirect("/account?said=reminders#reminders")


def submit_letter_size(page: Page) -> Response[Any]:
    """Keep the wish for large print in the language of the page, or end it."""
    offered = page.site.program.languages
    locale = page.request.locale if page.request.locale in offered else SOURCE_LOCALE
    wanted = page.form.get("large") == "yes"
    set_large_print(page.work, session_of(page), locale if wanted else None)
    return page.redirect("/account?said=letter-size#letter-size")


def show_password(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for an own password."""
    return page.render("portal/account/account_password.html", status_code=status_code)


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
    try:
        with site.database.write() as session:
            page.load_auth(session, site.clock.now(session))
            if page.who.auth is None:
                return page.redirect("/signin?ended=1")
            account.set_own_password(page.work, session_of(page), hashed)
            remember_device(page)
    except NotAllowedError as error:
        page.form.error("own_password", error.message)
        with site.database.read() as session:
            page.load_auth(session, site.clock.now(session))
            return show_password(page, 422)
    return page.redirect("/account?said=password")


def show_codes(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain that new backup codes replace the old ones, before the button."""
    return page.render("portal/account/account_codes.html", status_code=status_code)


def new_codes(page: Page) -> Response[Any]:
    """Create ten new backup codes in place of the old ones."""
    try:
        backup = account.renew_backup_codes(page.work, session_of(page))
    except NotAllowedError as error:
        page.form.error("codes", error.message)
        return show_codes(page, 422)
    keep_backup(page, page.cookie(cookies.SESSION), ShownCodes(backup))
    return page.redirect("/start/backup-codes")


def sign_out_everywhere(page: Page) -> Response[Any]:
    """End all sessions."""
    account.sign_out_everywhere(page.work, session_of(page))
    return leave(page, "/signedout")


def show_lost(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain what reporting a loss does, before the button."""
    return page.render("portal/account/account_lost.html", status_code=status_code)


def submit_lost(page: Page) -> Response[Any]:
    """Suspend the account at once and request a new letter."""
    task = account.report_lost(page.work, session_of(page).owner_id or 0)
    sealed = stamp(page.work, task.receipt_no, LOST)
    return leave(page, f"/account/received/lost/{task.receipt_no}/{sealed}")


class AccountLetterView(View, frozen=True):
    """What ``portal/account/account_letter.html`` shows."""

    window: Window
    open: bool
    asked: Task | None
    instant: Callable[[datetime], str]


def show_letter(page: Page, status_code: int = 200) -> Response[Any]:
    """Show where and when a new letter is sent, before the button, or the request that is open."""
    window = page.site.program.windows.new_letter
    asked = open_letter_request(page.session, own_credential(page).household_id)
    return page.render(
        "portal/account/account_letter.html",
        AccountLetterView(
            window=window, open=window.is_open(page.now), asked=asked, instant=instant_text
        ),
        status_code,
    )


def submit_letter(page: Page) -> Response[Any]:
    """Request a new letter; repeated requests count as one."""
    if not page.site.program.windows.new_letter.is_open(page.now):
        return show_letter(page, 409)
    household_id = own_credential(page).household_id
    task = account.ask_new_letter(page.work, household_id)
    return page.redirect(f"/account/received/letter/{task.receipt_no}")


class AccountReceivedView(View, frozen=True):
    """What ``portal/account/account_received.html`` shows."""

    kind: str
    receipt_no: str
    at: str
    state: str
    state_text: str = ""


def lost_received(page: Page) -> Response[Any]:
    """Show the receipt of a loss to somebody who cannot sign in any more.

    The address must contain the stamp that we made for this number.
    """
    receipt_no = str(page.params["receipt_no"])
    at = stamped_at(page.site.vault, receipt_no, str(page.params["stamp"]), LOST)
    if at is None:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    return page.render(
        "portal/account/account_received.html",
        AccountReceivedView(
            kind="lost", receipt_no=receipt_no, at=instant_text(at), state=TaskState.OPEN
        ),
    )


def letter_received(page: Page) -> Response[Any]:
    """Show the household's own request for a new letter: number, instant and status."""
    household_id = own_credential(page).household_id
    task = own_task(
        page.session, household_id, TaskKind.NEW_LETTER, str(page.params["receipt_no"])[:20]
    )
    return page.render(
        "portal/account/account_received.html",
        AccountReceivedView(
            kind="letter",
            receipt_no=task.receipt_no,
            at=instant_text(task.created_at),
            state=task.state,
            state_text=letter_state(task),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    fresh = freshly_signed_in
    return [
        endpoint("GET", "/account", show, signed_in, ACCESS),
        endpoint("GET", "/account/password", show_password, by_channel, ACCESS),
        endpoint(
            "POST",
            "/account/password/submit",
            submit_password,
            by_channel,
            ACCESS,
            shows=show_password,
            transaction=Transaction.OWN,
        ),
        endpoint("GET", "/account/backup-codes", show_codes, by_channel, ACCESS),
        endpoint(
            "POST", "/account/backup-codes/submit", new_codes, by_channel, ACCESS, shows=show_codes
        ),
        endpoint("POST", "/account/reminders", submit_reminders, signed_in, ACCESS),
        endpoint("POST", "/account/letter-size", submit_letter_size, signed_in, ACCESS),
        endpoint("POST", "/account/sign-out-everywhere", sign_out_everywhere, signed_in, ACCESS),
        endpoint("GET", "/account/lost", show_lost, fresh, ACCESS),
        endpoint("POST", "/account/lost/submit", submit_lost, fresh, ACCESS, shows=show_lost),
        endpoint("GET", "/account/letter", show_letter, signed_in, ACCESS),
        endpoint(
            "POST", "/account/letter/submit", submit_letter, signed_in, ACCESS, shows=show_letter
        ),
        endpoint(
            "GET",
            "/account/received/lost/{receipt_no:str}/{stamp:str}",
            lost_received,
            everybody,
            PUBLIC,
        ),
        endpoint(
            "GET", "/account/received/letter/{receipt_no:str}", letter_received, signed_in, ACCESS
        ),
    ]
