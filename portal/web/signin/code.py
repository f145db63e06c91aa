"""The one-time code at sign-in: typed, sent again, sent by another channel, or a backup code."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import _
from portal.domain.people.authn import codes
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry
from portal.domain.people.credentials.queries import credential_by_id
from portal.domain.people.credentials.services import login_id_of
from portal.domain.people.notices.phones import mask_email, mask_phone
from portal.domain.people.notices.queries import in_trouble
from portal.domain.people.signin import code_sending, devices, second_factor
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.waits import from_text
from portal.platform.http import cookies
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, with_factors
from portal.web.access import at_stage
from portal.web.signin.asking import asked
from portal.web.signin.brought_back import place_after
from portal.web.signin.code_texts import channel_name, code_error
from portal.web.signin.remembered import remember_if_wished

STAGE = at_stage(Stage.CODE)
CODE = "stage:code"


def masked(page: Page, authenticator: OtpAuthenticator) -> str:
    """Return where codes are sent, so that only its owner recognizes it; empty for an app."""
    if authenticator.kind == CodeChannel.TOTP:
        return ""
    address = codes.secret_of(page.site.vault, authenticator)
    return mask_phone(address) if authenticator.kind == CodeChannel.SMS else mask_email(address)


class SentCode(Struct, frozen=True):
    """What the page tells about sent codes, as clock times in the language of the page.

    Attributes:
        until: Until when the sent code can be used; empty if there is none.
        at: When it was sent, or is going to be.
        next_from: From when another one can be sent; empty if now.
        earlier: Whether it was sent before this session began, so that no message is on its way.
        coming: Whether it is still to be sent, a minute after a code for another purpose.
    """

    until: str = ""
    at: str = ""
    next_from: str = ""
    earlier: bool = False
    coming: bool = False


def sent_code(page: Page, authenticator: OtpAuthenticator, purpose: CodePurpose) -> SentCode:
    """Return which sent code can be used now, and from when another can be sent."""
    if authenticator.kind == CodeChannel.TOTP:
        return SentCode()
    until = codes.good_until(page.work, authenticator, purpose)
    wait = code_sending.send_wait(page.work, authenticator, purpose, asked(page))
    next_from = from_text(wait, page.now) if wait is not None else ""
    if until is None:
        return SentCode(next_from=next_from)
    at = until - codes.CODE_LIFE
    earlier = page.who.auth is not None and at < page.who.auth.created_at
    until_text, at_text = (clock_text(instant.astimezone(JST).time()) for instant in (until, at))
    return SentCode(until_text, at_text, next_from, earlier, coming=at > page.now)


def proven(page: Page) -> second_factor.Factors:
    """Return the proven sources of codes of the signed-in account."""
    if page.who.auth is None:
        return second_factor.Factors(())
    if page.who.factors is not None:
        return page.who.factors
    return second_factor.factors(page.session, page.who.auth.owner_id or 0, page.now)


def chosen(page: Page) -> OtpAuthenticator | None:
    """Return the channel in use: the one asked for, else the first proven one."""
    return pick(page, proven(page))


def pick(page: Page, found: second_factor.Factors) -> OtpAuthenticator | None:
    """Return the channel in use among the proven ones."""
    wanted = page.who.auth.data.get("channel") if page.who.auth else None
    return found.of(wanted or "") or (found.confirmed[0] if found.confirmed else None)


class CodeView(View, frozen=True):
    """What ``portal/signin/code.html`` shows."""

    current: OtpAuthenticator | None
    others: Sequence[tuple[str, str]]
    trouble: bool
    sent: SentCode | None
    address: str
    name: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the code form."""
    found = proven(page)
    current = pick(page, found)
    others = [
        (a.kind, channel_name(a.kind))
        for a in found.confirmed
        if current is None or a.id != current.id
    ]
    trouble = (
        current is not None
        and current.kind != CodeChannel.TOTP
        and in_trouble(
            page.work,
            credential_by_id(page.session, current.credential_id).household_id,
            current.kind,
        )
    )
    return page.render(
        "portal/signin/code.html",
        CodeView(
            current=current,
            others=others,
            trouble=trouble,
            sent=sent_code(page, current, CodePurpose.SIGN_IN) if current is not None else None,
            address="" if current is None or current.quiet else masked(page, current),
            name=channel_name(current.kind) if current is not None else "",
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Check the code; the right one makes this browser a known device and opens the account."""
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    found = second_factor.factors(page.session, page.who.auth.owner_id or 0, page.now, locked=True)
    current = pick(page, found)
    if current is None:
        return page.redirect("/lost")
    entry = CodeEntry(CodePurpose.SIGN_IN, page.form.get("code"))
    answer = second_factor.check_locked(page.work, current, entry)
    if answer is not CodeAnswer.RIGHT:
        page.form.error("code", code_error(answer, current))
        return show(page, 422)
    return complete(page, Item(current.kind))


def complete(page: Page, item: Item) -> Response[Any]:
    """Open the account after the second proof."""
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    known = remember_device(page)
    token = second_factor.open_account(page.work, page.who.auth, item, known_device=known)
    page.sign_in_as(token)
    return page.redirect(place_after(page, token))


def remember_device(page: Page) -> bool:
    """Mark this browser as known for this ID from now on; return whether it was already.

    Then wrong tries of strangers do not lock its owner out.
    """
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    credential = credential_by_id(page.session, page.who.auth.owner_id)
    login_id = login_id_of(page.site.vault, credential)
    name = devices.known_device(page.work, login_id, page.cookie(cookies.DEVICE))
    token = devices.renew_device(page.work, login_id, name)
    page.answer.set_cookie(cookies.DEVICE, token, max_age=int(devices.LIFE.total_seconds()))
    remember_if_wished(page, login_id)
    return name is not None


def send(page: Page) -> Response[Any]:
    """Put a code into the outbox (again); the page is answered before anything is sent."""
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    wanted = page.form.get("channel")
    current = proven(page).of(wanted) or chosen(page)
    if current is None:
        return page.redirect("/lost")
    page.who.auth.data = page.who.auth.data | {"channel": current.kind}
    if current.kind != CodeChannel.TOTP:
        try:
            code_sending.send_code(page.work, current, CodePurpose.SIGN_IN, asked(page))
        except ThrottledError as error:
            page.form.error("code", error.message)
            return show(page, 429)
    return page.redirect("/signin/code")


def show_backup(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form for a backup code."""
    return page.render("portal/signin/backup_code.html", status_code=status_code)


def submit_backup(page: Page) -> Response[Any]:
    """Use up a backup code and open the account."""
    assert page.who.auth is not None  # noqa: S101  (the guard let only sessions in)
    typed = page.form.get("code")
    if not typed.strip():
        page.form.error("code", _("控えのコードを入力してください。"))
        return show_backup(page, 422)
    try:
        right = second_factor.check_backup(page.work, page.who.auth, typed)
    except ThrottledError as error:
        page.form.error("code", error.message)
        return show_backup(page, 429)
    if not right:
        page.form.error(
            "code", _("コードが違うか、もう使ったコードです。ほかのコードをお試しください。")
        )
        return show_backup(page, 422)
    return complete(page, Item.BACKUP)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/signin/code", show, STAGE, CODE, load=with_factors),
        endpoint("POST", "/signin/code/submit", submit, STAGE, CODE, shows=show),
        endpoint("POST", "/signin/code/send", send, STAGE, CODE, shows=show),
        endpoint("GET", "/signin/backup", show_backup, STAGE, CODE),
        endpoint("POST", "/signin/backup/submit", submit_backup, STAGE, CODE, shows=show_backup),
    ]
