"""Replies by FAX: written with the number twice, printed with a cover, their results recorded."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts.faxes import FIELDS, case_key, show
from admin.page import Page
from portal.domain.contacts.faxes import replies, sending, sheets
from portal.domain.contacts.faxes.sheets import SheetPart
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.routes import Transaction

WORDING, RECEIPT, TICKED = "wording-", "receipt-", "1"


def _act(page: Page, field: str, said: str, work: Callable[[], object]) -> Response[Any]:
    """Carry out one step once; a refusal is shown beside its own field, else beside ``field``."""
    return carry_out_once(
        page,
        work,
        f"/faxes/{case_key(page)}?said={said}",
        Again(show, field, FIELDS, but=NotFoundError),
    )


def prepare(page: Page) -> Response[Any]:
    """Write a reply."""
    form = page.form
    own, receipts = (
        [
            name.removeprefix(prefix)
            for name, value in form.values.items()
            if name.startswith(prefix) and value == TICKED
        ]
        for prefix in (WORDING, RECEIPT)
    )
    answers = [form.get("answer")] if form.get("answer") else []
    typed = form.get("household")
    draft = replies.Draft(
        form.get("number"),
        form.get("number_again"),
        (*own, *answers),
        receipts,
        form.get("text"),
        int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None,
        form.get("other_number") == TICKED,
        form.get("large") == TICKED,
    )
    return _act(
        page,
        "wording",
        "prepared",
        lambda: replies.prepare(page.work, case_key(page), draft),
    )


def _reply(page: Page) -> int:
    """Return the key of the reply in the address; it belongs to the case there.

    Raises NotFoundError.
    """
    key = number_in_address(page, "reply_id")
    sheets.of_case(page.session, case_key(page), key)
    return key


def sent(page: Page) -> Response[Any]:
    """Record that the machine sent the reply."""
    key = _reply(page)
    return _act(page, "result", "sent", lambda: sending.mark_sent(page.work, key))


def failed(page: Page) -> Response[Any]:
    """Record that the reply was not sent."""
    key, failure = _reply(page), page.form.get("failure")
    return _act(
        page,
        "failure",
        "failed",
        lambda: sending.mark_failed(page.work, key, failure),
    )


def again(page: Page) -> Response[Any]:
    """Prepare a failed reply for another attempt."""
    key, form = _reply(page), page.form
    return _act(
        page,
        "number",
        "again",
        lambda: sending.prepare_again(page.work, key, form.get("number"), form.get("number_again")),
    )


def discard(page: Page) -> Response[Any]:
    """Discard a reply that was not sent."""
    key = _reply(page)
    return _act(
        page,
        "result",
        "discarded",
        lambda: sending.discard(page.work, key),
    )


def read_number(page: Page) -> Response[Any]:
    """Show the number to dial, and log that it was read."""
    reply = sending.read_number(page.work, case_key(page), number_in_address(page, "reply_id"))
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | {"read_fax_reply": reply.id}
    return page.redirect(f"/faxes/{case_key(page)}")


def show_sheet(page: Page) -> Response[Any]:
    """Send the cover or the text for printing; it is drawn outside of the transaction."""
    site = page.site
    part = next((one for one in SheetPart if one == page.params["part"]), None)
    if part is None:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        reply = sheets.of_case(session, case_key(page), number_in_address(page, "reply_id"))
        taken = sheets.take_out(page.site.work(session, page.actor, page.now), reply, part)
    name = f"fax-{taken.receipt_no}-{part}.pdf"
    return page.send(
        sheets.draw(site.program, taken, part),
        "application/pdf",
        {"content-disposition": f'inline; filename="{name}"', "cache-control": "no-store"},
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, case = Permission.HANDLE_FAXES, "/faxes/{case_id:int}"
    one = case + "/replies/{reply_id:int}"
    steps = {"sent": sent, "failed": failed, "again": again, "discard": discard}
    return [
        staff_route("POST", case + "/reply", prepare, handle, shows=show),
        staff_route("POST", one + "/number", read_number, handle),
        staff_route(
            "GET", one + "/sheets/{part:str}", show_sheet, handle, transaction=Transaction.OWN
        ),
        *(
            staff_route("POST", f"{one}/{name}", step, handle, shows=show)
            for name, step in steps.items()
        ),
    ]
