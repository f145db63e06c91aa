"""Pages at the end of declining: the one-time code, the receipt, and the withdrawal."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import DomainError, NotFoundError, ThrottledError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.hours_text import clock_text, instant_text
from portal.domain.foundation.texts import _
from portal.domain.letters.announcements.reach import reach_by
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry
from portal.domain.people.signin import code_sending, second_factor
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.requests.declines import services
from portal.domain.requests.declines.items import items_of
from portal.domain.requests.declines.queries import ordinals_of
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.declines.words import reply_lines, steps_of, ward_line
from portal.domain.requests.requests.fields import Line, Place
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import own_request
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.requests.decline import ACCESS, keep, kept, names_of
from portal.web.requests.own_form import own_form_key
from portal.web.requests.request_documents import declared_online, written_online
from portal.web.signin.activation import own_credential, session_of
from portal.web.signin.asking import asked
from portal.web.signin.code import SentCode, masked, pick, proven, sent_code
from portal.web.signin.code import chosen as chosen_channel
from portal.web.signin.code_texts import channel_name, code_error

PURPOSE = CodePurpose.DECLINE
WARD_CODES = {"coupon_spent", "coupon_cannot_be_stopped", "coupon_stock"}
"""Refusals after which only the ward can help: the page gives its telephone number."""


def to_code(page: Page) -> Response[Any]:
    """Send a code, where the channel sends codes, and ask for it."""
    if kept(page) is None:
        return page.redirect("/decline")
    return page.redirect("/decline/code?said=wait" if not _send(page) else "/decline/code")


def _send(page: Page) -> bool:
    current = chosen_channel(page)
    if current is None or current.kind == CodeChannel.TOTP:
        return True
    try:
        with page.session.begin_nested():
            code_sending.send_code(page.work, current, PURPOSE, asked(page))
    except ThrottledError:
        return False
    return True


class DeclineCodeView(View, frozen=True):
    """What ``portal/requests/decline_code.html`` shows."""

    current: OtpAuthenticator | None
    must_wait: bool
    sent: SentCode | None
    others: Sequence[tuple[str, str]]
    address: str


def show_code(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the code that makes the decline."""
    if kept(page) is None:
        return page.redirect("/decline")
    found = proven(page)
    current = pick(page, found)
    return page.render(
        "portal/requests/decline_code.html",
        DeclineCodeView(
            current=current,
            must_wait=page.query.get("said") == "wait",
            sent=sent_code(page, current, PURPOSE) if current is not None else None,
            others=[
                (a.kind, channel_name(a.kind))
                for a in found.confirmed
                if current is None or a.id != current.id
            ],
            address=masked(page, current) if current is not None else "",
        ),
        status_code,
    )


def send_again(page: Page) -> Response[Any]:
    """Send another code, perhaps by another channel."""
    auth = session_of(page)
    if page.form.get("channel"):
        auth.data = auth.data | {"channel": page.form.get("channel")}
    return page.redirect("/decline/code" if _send(page) else "/decline/code?said=wait")


def submit_code(page: Page) -> Response[Any]:
    """Check the code and declare; the same form sent again has no further effect."""
    key, receipt_no = own_form_key(page, "decline"), new_receipt_no()
    if not first_time(page.session, key, page.now, receipt_no):
        receipt = earlier_result(page.session, key)
        return page.redirect(f"/decline/received/{receipt}" if receipt else "/decline/code")
    made = _declare(page, receipt_no)
    if isinstance(made, Request):
        keep(page, None)
        if made.receipt_no != receipt_no:  # it completed an earlier one
            keep_result(page.session, key, made.receipt_no)
        return page.redirect(f"/decline/received/{made.receipt_no}")
    keep_result(page.session, key, None)
    return made


def _declare(page: Page, receipt_no: str) -> Request | Response[Any]:
    """Check the code and declare, or answer why not; shared rows are read and locked once."""
    credential = own_credential(page)
    found = second_factor.factors(page.session, credential.id, page.now, locked=True)
    chosen, current = kept(page), pick(page, found)
    if chosen is None or current is None:
        return page.redirect("/decline" if chosen is None else "/lost")
    entry = CodeEntry(PURPOSE, page.form.get("code"))
    answer = second_factor.check_locked(page.work, current, entry)
    if answer is not CodeAnswer.RIGHT:
        page.form.error("code", code_error(answer, current))
        return show_code(page, 422)
    try:
        return services.submit(
            page.work,
            credential.household_id,
            chosen.ordinals,
            written=chosen.written,
            receipt_no=receipt_no,
            way=reach_by(credential, found.confirmed),
        )
    except DomainError as error:
        return _refused(page, error)


class DeclineRefusedView(View, frozen=True):
    """What ``portal/requests/decline_refused.html`` shows."""

    message: str
    ward: str


def _refused(page: Page, error: DomainError) -> Response[Any]:
    ward = ward_line(page.site.program) if error.code in WARD_CODES else ""
    return page.render(
        "portal/requests/decline_refused.html",
        DeclineRefusedView(message=error.message, ward=ward),
        409,
    )


def own_decline(page: Page) -> Request:
    """Return the household's decline in the address; another's, or another kind, is not found."""
    row = own_request(
        page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20]
    )
    if row.kind != RequestKind.DECLINE:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


class DeclineReceivedView(View, frozen=True):
    """What ``portal/requests/decline_received.html`` shows."""

    request: Request
    day: str
    time: str
    steps: tuple[Step, ...]
    whens: Callable[[datetime], str]
    children: Sequence[str]
    written: tuple[Line, ...]
    is_form: bool
    reply: tuple[str, ...]
    correct: bool
    can_withdraw: bool
    window: Window


def received(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the receipt: number, instant, children, what happens next, and the cut-off."""
    row = own_decline(page)
    names, program = names_of(page), page.site.program
    items = items_of(page.session, row.id)
    left_out = (DeclineState.WITHDRAWN, DeclineState.REFUSED) if row.children else ()
    states = [item.state for item in items if item.state not in left_out]
    return page.render(
        "portal/requests/decline_received.html",
        DeclineReceivedView(
            request=row,
            day=format_day(jst_date(row.received_at)),
            time=clock_text(row.received_at.astimezone(JST).time()),
            steps=steps_of(page.session, row),
            whens=instant_text,
            children=[
                names.get(ordinal, "")
                for ordinal in ordinals_of(page.session, row.id, sorted(set(states)))
            ],
            written=written_online(page, row, Place.RECEIPT),
            is_form=declared_online(row),
            reply=reply_lines(page.site.vault, program, row)
            if row.state != RequestState.WAITING
            else (),
            correct=any(item.state == DeclineState.RETURNED_FOR_CORRECTION for item in items),
            can_withdraw=services.can_withdraw(page.work, row, items),
            window=program.windows.decline,
        ),
        status_code,
    )


class DeclineWithdrawView(View, frozen=True):
    """What ``portal/requests/decline_withdraw.html`` shows."""

    request: Request
    wish: bool
    void: bool
    asked: bool


def show_withdraw(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain what withdrawing does, before the button."""
    row = own_decline(page)
    items = items_of(page.session, row.id)
    if not services.can_withdraw(page.work, row, items):
        return page.redirect(f"/decline/received/{row.receipt_no}")
    return page.render(
        "portal/requests/decline_withdraw.html",
        DeclineWithdrawView(
            request=row,
            wish=not items,
            void=any(item.state == DeclineState.ACCEPTED for item in items),
            asked=any(i.state == DeclineState.AWAITING_STOP for i in items),
        ),
        status_code,
    )


def submit_withdraw(page: Page) -> Response[Any]:
    """Withdraw the decline; the same form sent again changes nothing."""
    row = own_decline(page)
    place = f"/decline/received/{row.receipt_no}"
    key = own_form_key(page, "decline-back")
    if not first_time(page.session, key, page.now):
        return page.redirect(place)
    try:
        with page.session.begin_nested():
            services.withdraw(page.work, row.id, own_credential(page).household_id)
    except DomainError as error:
        page.session.refresh(row)
        if not services.is_withdrawn(row, items_of(page.session, row.id)):  # another tab was first
            return _refused(page, error)
    return page.redirect(place)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    receipt, back = "/decline/received/{receipt_no:str}", "/decline/withdraw/{receipt_no:str}"
    return [
        endpoint("POST", "/decline/check/submit", to_code, signed_in, ACCESS),
        endpoint("GET", "/decline/code", show_code, signed_in, ACCESS),
        endpoint("POST", "/decline/code/send", send_again, signed_in, ACCESS, shows=show_code),
        endpoint("POST", "/decline/code/submit", submit_code, signed_in, ACCESS, shows=show_code),
        endpoint("GET", receipt, received, signed_in, ACCESS),
        endpoint("GET", back, show_withdraw, signed_in, ACCESS),
        endpoint("POST", back + "/submit", submit_withdraw, signed_in, ACCESS),
    ]
