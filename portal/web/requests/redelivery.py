"""Pages for a letter or parcel that did not arrive, signed in: its status, and asking again."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import ConflictError, TooEarlyError, TooLateError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import closed_text
from portal.domain.letters.shipments import words as mail_words
from portal.domain.letters.shipments.models import Shipment
from portal.domain.requests.redeliveries import words
from portal.domain.requests.redeliveries.letter_status import Bar, LetterStatus, letter_statuses
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived
from portal.domain.requests.redeliveries.submitting import submit as ask
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.requests.own_form import own_form_key
from portal.web.signin.activation import own_credential

PLACE = "/redelivery/own"


class RedeliveryView(View, frozen=True):
    """What ``portal/requests/redelivery.html`` shows."""

    items: Sequence[LetterStatus]
    closed: str
    window: Window
    bar_text: Callable[[LetterStatus], str]
    where: Callable[[Shipment | None], str]
    class_name: Callable[[str | None], str]
    reason_words: Callable[[str | None], str]
    bars: type[Bar]
    new_letter_open: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show where the letter and the parcels are, each with what can be done."""
    program = page.site.program
    household_id = own_credential(page).household_id
    found = letter_statuses(page.work, household_id)
    return page.render(
        "portal/requests/redelivery.html",
        RedeliveryView(
            items=found,
            closed=closed_text(program.windows.redelivery, page.now),
            window=program.windows.redelivery,
            bar_text=words.bar_text,
            where=mail_words.where,
            class_name=mail_words.class_name,
            reason_words=mail_words.reason_words,
            bars=Bar,
            new_letter_open=program.windows.new_letter.is_open(page.now),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Ask for redelivery; the same form sent again answers with the same receipt."""
    form = page.form
    key = own_form_key(page, "own-redelivery")
    if receipt := earlier_result(page.session, key):
        return page.redirect(f"/requests/{receipt}")
    missing = _missing(page)
    if missing is None:
        return show(page, 422)
    if not first_time(page.session, key, page.now):
        receipt = earlier_result(page.session, key)
        return page.redirect(f"/requests/{receipt}" if receipt else "/requests")
    try:
        with page.session.begin_nested():
            request = ask(page.work, missing)
    except (ConflictError, TooEarlyError, TooLateError) as error:
        form.error("item", error.message)
        return show(page, 422)
    keep_result(page.session, key, request.receipt_no)
    return page.redirect(f"/requests/{request.receipt_no}?said=received")


def _missing(page: Page) -> NotArrived | None:
    """Return what the form says did not arrive; None where it names nothing."""
    item, shipment = MissingItem.known(page.form.get("item")), page.form.get("shipment")
    household_id = own_credential(page).household_id
    if item is MissingItem.LETTER:
        return NotArrived(household_id, item)
    if item is None or not (shipment.isascii() and shipment.isdigit()):
        return None
    return NotArrived(household_id, item, int(shipment))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", PLACE, show, signed_in, "signed_in"),
        endpoint("POST", PLACE + "/submit", submit, signed_in, "signed_in", shows=show),
    ]
