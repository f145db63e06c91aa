"""A household's own request for paper.

Its receipt with every step, correcting it, and taking it back.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.audit.services import first_time
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.requests.alternatives import services
from portal.domain.requests.alternatives.items import items_of
from portal.domain.requests.alternatives.words import product_name, reply_lines, steps_of
from portal.domain.requests.alternatives.written import WRITTEN
from portal.domain.requests.requests.fields import Field, Line, Place
from portal.domain.requests.requests.kinds import ALTERNATIVE
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import own_request
from portal.domain.requests.requests.steps import Step
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.requests.alternative import ACCESS, names_of, products, read_asked, refused
from portal.web.requests.request_documents import written_online
from portal.web.signin.activation import own_credential


def own_alternative(page: Page) -> Request:
    """Return the household's request of the address.

    Another household's, or another kind, is as good as none.
    """
    row = own_request(
        page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20]
    )
    if row.kind != ALTERNATIVE:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


@dataclass(frozen=True, slots=True)
class AlternativeReceivedView(View):
    """What ``portal/requests/alternative_received.html`` shows."""

    request: Request
    instant: Callable[..., str]
    lines: Sequence[Any]
    total: Any
    steps: tuple[Step, ...]
    written: tuple[Line, ...]
    reply: tuple[str, ...]
    correct: bool
    can_withdraw: bool


def received(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the receipt.

    Number, day and time, children, product, each step with its date, and what comes next.
    """
    row, program = own_alternative(page), page.site.program
    names, items = names_of(page), items_of(page.session, row.id)
    return page.render(
        "portal/requests/alternative_received.html",
        AlternativeReceivedView(
            request=row,
            instant=instant_text,
            lines=[
                (names.get(item.ordinal, ""), product_name(program, item.product)) for item in items
            ],
            total=sum(item.amount_yen for item in items),
            steps=steps_of(page.session, row),
            written=written_online(page, row, Place.RECEIPT),
            reply=reply_lines(page.site.vault, program, row) if row.state != "waiting" else (),
            correct=row.state == "with_resident",
            can_withdraw=services.can_withdraw(page.session, row),
        ),
        status_code,
    )


@dataclass(frozen=True, slots=True)
class AlternativeCorrectView(View):
    """What ``portal/requests/alternative_correct.html`` shows."""

    request: Request
    products: Sequence[tuple[str, str, int]]
    children: Sequence[Any]
    current: str
    reply: tuple[str, ...]
    asked: tuple[Field, ...]


def show_correct(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask once more for product and reason, with what the staff wrote."""
    row = own_alternative(page)
    if row.state != "with_resident":
        return page.redirect(f"/alternative/received/{row.receipt_no}")
    names, items = names_of(page), items_of(page.session, row.id)
    return page.render(
        "portal/requests/alternative_correct.html",
        AlternativeCorrectView(
            request=row,
            products=products(page),
            children=[names.get(item.ordinal, "") for item in items],
            current=items[0].product if items else "",
            reply=reply_lines(page.site.vault, page.site.program, row),
            asked=WRITTEN.asked(Place.PAGE),
        ),
        status_code,
    )


def submit_correct(page: Page) -> Response[Any]:
    """Answer a return; the same form again changes nothing."""
    row = own_alternative(page)
    place = f"/alternative/received/{row.receipt_no}"
    asked = read_asked(page)
    if not page.form.ok:
        return show_correct(page, 422)
    if not _first(page, "alternative-again:"):
        return page.redirect(place)
    wishes = dict.fromkeys([item.ordinal for item in items_of(page.session, row.id)], asked.product)
    try:
        with page.session.begin_nested():
            services.resubmit(
                page.work, row.id, own_credential(page).household_id, wishes, written=asked.written
            )
    except DomainError as error:
        return refused(page, error)
    return page.redirect(place)


@dataclass(frozen=True, slots=True)
class AlternativeWithdrawView(View):
    """What ``portal/requests/alternative_withdraw.html`` shows."""

    request: Request
    void: bool
    asked: bool


def show_withdraw(page: Page, status_code: int = 200) -> Response[Any]:
    """Say what taking back does, before the button."""
    row = own_alternative(page)
    if not services.can_withdraw(page.session, row):
        return page.redirect(f"/alternative/received/{row.receipt_no}")
    states = {item.state for item in items_of(page.session, row.id)}
    return page.render(
        "portal/requests/alternative_withdraw.html",
        AlternativeWithdrawView(
            request=row, void="approved" in states, asked="awaiting_stop" in states
        ),
        status_code,
    )


def submit_withdraw(page: Page) -> Response[Any]:
    """Take the request back; the same form again changes nothing."""
    row = own_alternative(page)
    place = f"/alternative/received/{row.receipt_no}"
    if not _first(page, "alternative-back:"):
        return page.redirect(place)
    try:
        with page.session.begin_nested():
            services.withdraw(page.work, row.id, own_credential(page).household_id)
    except DomainError as error:
        if not services.is_taken_back(page.session, row):  # another tab was first
            return refused(page, error)
    return page.redirect(place)


def _first(page: Page, prefix: str) -> bool:
    return first_time(
        page.session,
        prefix + (page.form.get("form_key") or secrets.token_urlsafe(18))[:40],
        page.now,
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    receipt = "/alternative/received/{receipt_no:str}"
    back, again = "/alternative/withdraw/{receipt_no:str}", "/alternative/correct/{receipt_no:str}"
    return [
        endpoint("GET", receipt, received, signed_in, ACCESS),
        endpoint("GET", again, show_correct, signed_in, ACCESS),
        endpoint("POST", again + "/submit", submit_correct, signed_in, ACCESS, shows=show_correct),
        endpoint("GET", back, show_withdraw, signed_in, ACCESS),
        endpoint("POST", back + "/submit", submit_withdraw, signed_in, ACCESS, shows=show_withdraw),
    ]
