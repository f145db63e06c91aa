"""First sign-in: birth date, own password where required, backup codes, no usable channel."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.program.schema import PasswordMode
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import date_in_parts
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.letters.announcements.first_sign_in import announce_first_sign_in
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import SALT_BYTES
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.queries import credential_by_id
from portal.domain.people.signin import activation
from portal.domain.people.signin.account import ask_no_channel, check_own_password
from portal.domain.people.signin.activation import BirthAnswer
from portal.domain.people.signin.letter_requests import own_task
from portal.domain.people.signin.steps import needs_password
from portal.domain.people.tasks.kinds import TaskKind
from portal.platform.http.answer import Reply
from portal.platform.routes import Transaction, endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import at_stage, signed_in
from portal.web.information.dates import birth_error
from portal.web.signin.remembered import SHARED_COOKIE

BIRTH, CHANNEL = at_stage(Stage.BIRTH), at_stage(Stage.CHANNEL)


def at_password(page: Page) -> Reply | None:
    """Admit a first sign-in that has to choose an own password; send others on."""
    if (refused := CHANNEL(page)) is not None:
        return refused
    credential = page.who.credential
    needed = credential is not None and needs_password(page.site.program, credential)
    return None if needed else page.redirect("/start/channel")


def at_channel(page: Page) -> Reply | None:
    """Admit a first sign-in that comes to its channel, with an own password where it needs one."""
    if (refused := CHANNEL(page)) is not None:
        return refused
    auth, credential = page.who.auth, page.who.credential
    if auth is None or credential is None:
        return page.redirect("/signin")
    found = activation.has_password(page.site.program, auth, credential)
    return None if found else page.redirect("/start/password")


def session_of(page: Page) -> AuthSession:
    """Return the session that the guard let in."""
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    return page.who.auth


def own_credential(page: Page) -> Credential:
    """Return the credential of the session that the guard let in."""
    return credential_by_id(page.session, session_of(page).owner_id)


def step(page: Page, name: str) -> tuple[int, int] | None:
    """Return the position of a page in the first sign-in and the number of pages.

    None for a page that the program leaves out.
    """
    own_password = page.site.program.letter_password_mode is not PasswordMode.REUSABLE
    names = [
        n for n in ("birth", "password", "channel", "backup") if own_password or n != "password"
    ]
    return (names.index(name) + 1, len(names)) if name in names else None


class StartBirthView(View, frozen=True):
    """What ``portal/signin/start_birth.html`` shows."""

    step: tuple[int, int] | None


def show_birth(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the addressee's birth date, which no letter contains."""
    return page.render(
        "portal/signin/start_birth.html", StartBirthView(step=step(page, "birth")), status_code
    )


class StartFrozenView(View, frozen=True):
    """What ``portal/signin/start_frozen.html`` shows."""

    receipt_no: str


def submit_birth(page: Page) -> Response[Any]:
    """Compare the date; a wrong one counts once, the fifth freezes the account with a receipt."""
    form = page.form
    typed = date_in_parts(form.get("era"), form.get("year"), form.get("month"), form.get("day"))
    if not isinstance(typed, date):
        form.error("birth", birth_error(typed))
        return show_birth(page, 422)
    result = activation.check_birth(page.work, session_of(page), typed)
    if result.answer is BirthAnswer.FROZEN:
        return page.render(
            "portal/signin/start_frozen.html", StartFrozenView(receipt_no=result.receipt_no), 422
        )
    if result.answer is BirthAnswer.WRONG:
        form.error(
            "birth",
            _(
                "生年月日が違います。手紙のあて名の方（世帯主）"
                "の生年月日を入力してください。あと%(left)s回ためせます。"
            )
            % {"left": result.tries_left},
        )
        return show_birth(page, 422)
    page.sign_in_as(result.token, on_the_way=True)
    return page.redirect("/start/channel")


class StartPasswordView(View, frozen=True):
    """What ``portal/signin/start_password.html`` shows."""

    step: tuple[int, int] | None


def show_password(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for an own password, where the letter's password works only once."""
    return page.render(
        "portal/signin/start_password.html",
        StartPasswordView(step=step(page, "password")),
        status_code,
    )


def submit_password(page: Page) -> Response[Any]:
    """Keep the own password; it counts once this session finishes the first sign-in."""
    site = page.site
    try:
        password = check_own_password(page.form.get("own_password"), forbidden_words(page))
    except InputError as error:
        page.form.error("own_password", error.message)
        with site.database.read() as session:
            page.load_auth(session, site.clock.now(session))
            return show_password(page, 422)
    hashed = site.hashes.hash(password, os.urandom(SALT_BYTES))
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        if page.who.auth is None:
            return page.redirect("/signin?ended=1")
        activation.choose_first_password(page.work, session_of(page), hashed)
    return page.redirect("/start/channel")


def forbidden_words(page: Page) -> tuple[str, ...]:
    """Return words that are easy to guess in a password: ward, program, host."""
    names = page.site.program.names
    return (
        names.ward.ja,
        names.ward.in_language("en"),
        names.program.ja,
        page.site.public_host.split(".")[0],
    )


def finish(page: Page) -> Response[Any]:
    """Finish the first sign-in once the channel is proven, and show the ten backup codes.

    They can be shown again until their page is answered.
    """
    credential = own_credential(page)
    is_first = credential.activated_at is None
    token, backup = activation.activate(page.work, session_of(page))
    if is_first:
        announce_first_sign_in(page.work, credential)
    page.sign_in_as(token)
    keep_backup(page, token, ShownCodes(backup, first_time=True))
    return page.redirect("/start/backup-codes")


@dataclass(frozen=True, slots=True)
class ShownCodes:
    """Fresh backup codes to show, and whether they belong to the first sign-in."""

    codes: Sequence[str] = field(repr=False)
    first_time: bool = False


def keep_backup(page: Page, token: str, shown: ShownCodes) -> None:
    """Store fresh backup codes, sealed, in the new session until their page is answered."""
    fresh = sessions.load(page.session, sessions.RESIDENT, token, page.now)
    if fresh is not None:
        sealed = seal_json(page.site.vault.kek, list(shown.codes), f"backup:{fresh.owner_id}")
        fresh.data = fresh.data | {"backup": sealed.hex(), "first_time": shown.first_time}


class StartBackupView(View, frozen=True):
    """What ``portal/signin/start_backup.html`` shows."""

    codes: Sequence[str]
    step: tuple[int, int] | None


def show_backup(page: Page) -> Response[Any]:
    """Show the ten backup codes."""
    auth = session_of(page)
    sealed = auth.data.get("backup")
    if not sealed:
        return page.redirect("/home")
    codes = unseal_json(page.site.vault.kek, bytes.fromhex(sealed), f"backup:{auth.owner_id}")
    return page.render(
        "portal/signin/start_backup.html",
        StartBackupView(
            codes=[f"{c[:5]} {c[5:]}" for c in codes],
            step=step(page, "backup") if auth.data.get("first_time") else None,
        ),
    )


def done(page: Page) -> Response[Any]:
    """Remove the shown codes from the session and continue."""
    auth = session_of(page)
    is_first = bool(auth.data.get("first_time"))
    auth.data = {
        key: value for key, value in auth.data.items() if key not in {"backup", "first_time"}
    }
    offers = is_first and page.party is not None and not page.cookie(SHARED_COOKIE)
    return page.redirect("/start/passkey" if offers else "/home")


def show_none(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the alternatives for people who cannot receive codes in any way."""
    return page.render("portal/signin/start_none.html", status_code=status_code)


def submit_none(page: Page) -> Response[Any]:
    """Open a request for the staff; repeated requests count as one."""
    task = ask_no_channel(page.work, session_of(page))
    return page.redirect(f"/start/none/{task.receipt_no}")


class StartNoneReceivedView(View, frozen=True):
    """What ``portal/signin/start_none_received.html`` shows."""

    receipt_no: str
    at: str


def none_received(page: Page) -> Response[Any]:
    """Confirm that the request arrived, with its number and instant."""
    household_id = own_credential(page).household_id
    task = own_task(
        page.session, household_id, TaskKind.NO_CHANNEL, str(page.params["receipt_no"])[:20]
    )
    return page.render(
        "portal/signin/start_none_received.html",
        StartNoneReceivedView(receipt_no=task.receipt_no, at=instant_text(task.created_at)),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    birth, channel = "stage:birth", "stage:channel"
    return [
        endpoint("GET", "/start/birth", show_birth, BIRTH, birth),
        endpoint("POST", "/start/birth/submit", submit_birth, BIRTH, birth, shows=show_birth),
        endpoint("GET", "/start/password", show_password, at_password, channel),
        endpoint(
            "POST",
            "/start/password/submit",
            submit_password,
            at_password,
            channel,
            shows=show_password,
            transaction=Transaction.OWN,
        ),
        endpoint("GET", "/start/backup-codes", show_backup, signed_in, "signed_in"),
        endpoint("POST", "/start/done", done, signed_in, "signed_in"),
        endpoint("GET", "/start/none", show_none, CHANNEL, channel),
        endpoint("POST", "/start/none/submit", submit_none, CHANNEL, channel, shows=show_none),
        endpoint("GET", "/start/none/{receipt_no:str}", none_received, CHANNEL, channel),
    ]
