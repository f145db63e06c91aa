"""Pages of a household's own request for paper: receipt with its steps, correction, withdrawal."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.audit.services import first_time
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.requests.alternatives import services
from portal.domain.requests.alternatives.items import items_of
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.alternatives.words import product_name, reply_lines, steps_of
from portal.domain.requests.alternatives.written import WRITTEN
from portal.domain.requests.requests.fields import Field, Line, Place
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import own_request
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.requests.alternative import ACCESS, names_of, products, read_asked, refused
from portal.web.requests.own_form import own_form_key
from portal.web.requests.request_documents import written_online
from portal.web.signin.activation import own_credential


def own_alternative(page: Page) -> Request:
    """Return the household's request in the address; another's, or another kind, is not found."""
    row = own_request(
        page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20]
    )
    if row.kind != RequestKind.ALTERNATIVE:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


class AlternativeReceivedView(View, frozen=True):
    """What ``portal/requests/alternative_received.html`` shows."""

    request: Request
    instant: Callable[[datetime], str]
    lines: Sequence[tuple[str, str]]
    total: int
    steps: tuple[Step, ...]
    written: tuple[Line, ...]
    reply: tuple[str, ...]
    correct: bool
    can_withdraw: bool


def received(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the receipt: number, instant, children, product, steps with dates, what comes next."""
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
            reply=reply_lines(page.site.vault, program, row)
            if row.state != RequestState.WAITING
            else (),
            correct=row.state == RequestState.WITH_RESIDENT,
            can_withdraw=services.can_withdraw(page.session, row),
        ),
        status_code,
    )


class AlternativeCorrectView(View, frozen=True):
    """What ``portal/requests/alternative_correct.html`` shows."""

    request: Request
    products: Sequence[tuple[str, str, int]]
    children: Sequence[str]
    current: str
    reply: tuple[str, ...]
    asked: tuple[Field, ...]


def show_correct(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask again for product and reason, with the reviewer's reply."""
    row = own_alternative(page)
    if row.state != RequestState.WITH_RESIDENT:
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
    """Send a correction; the same form sent again changes nothing."""
    row = own_alternative(page)
    place = f"/alternative/received/{row.receipt_no}"
    asked = read_asked(page)
    if not page.form.ok:
        return show_correct(page, 422)
    if not first_time(page.session, own_form_key(page, "alternative-again"), page.now):
        return page.redirect(place)
    ordinals = [item.ordinal for item in items_of(page.session, row.id)]
    products_again = dict.fromkeys(ordinals, asked.product)
    try:
        with page.session.begin_nested():
            services.resubmit(
                page.work,
                row.id,
                services.PaperRequest(
                    own_credential(page).household_id, products_again, asked.written
                ),
            )
    except DomainError as error:
        return refused(page, error)
    return page.redirect(place)


class AlternativeWithdrawView(View, frozen=True):
    """What ``portal/requests/alternative_withdraw.html`` shows."""

    request: Request
    void: bool
    asked: bool


def show_withdraw(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain what withdrawing does, before the button."""
    row = own_alternative(page)
    if not services.can_withdraw(page.session, row):
        return page.redirect(f"/alternative/received/{row.receipt_no}")
    states = {item.state for item in items_of(page.session, row.id)}
    return page.render(
        "portal/requests/alternative_withdraw.html",
        AlternativeWithdrawView(
            request=row,
            void=AlternativeState.APPROVED in states,
            asked=AlternativeState.AWAITING_STOP in states,
        ),
        status_code,
    )


def submit_withdraw(page: Page) -> Response[Any]:
    """Withdraw the request; the same form sent again changes nothing."""
    row = own_alternative(page)
    place = f"/alternative/received/{row.receipt_no}"
    if not first_time(page.session, own_form_key(page, "alternative-back"), page.now):
        return page.redirect(place)
    try:
        with page.session.begin_nested():
            services.withdraw(page.work, row.id, own_credential(page).household_id)
    except DomainError as error:
        if not services.is_withdrawn(page.session, row):  # another tab was first
            return refused(page, error)
    return page.redirect(place)


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
