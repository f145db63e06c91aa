"""Pages of the ward's counter: sealed letters without an address, and their signed receipts."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.labels import labels
from admin.page import Page
from admin.requests.scans import SCAN
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.large_print import large_print_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.recipients import counter
from portal.domain.requests.recipients.counter import IdentityDocument, SignedReceipt, Waiting
from portal.domain.requests.recipients.models import CounterHandOver
from portal.domain.requests.recipients.receipt_sheet import receipt_sheet
from portal.domain.requests.requests.scans import CheckedScan, store_scan
from portal.platform.carrying_out import Again
from portal.platform.view import View

FILES = {"scan": SCAN}


class CounterView(View, frozen=True):
    """What ``admin/requests/counter.html`` shows."""

    waiting: Sequence[Waiting]
    handed: Sequence[tuple[CounterHandOver, str]]
    said: str
    document_name: Callable[[str], str]


def show_list(page: Page) -> Response[Any]:
    """List the letters that wait at the counter, and those handed over last."""
    return page.render(
        "admin/requests/counter.html",
        CounterView(
            waiting=counter.waiting_letters(page.session),
            handed=counter.handed(page.session),
            said=page.query.get("said", ""),
            document_name=labels(IdentityDocument),
        ),
    )


def _letter(page: Page) -> Letter:
    return counter.counter_letter(page.session, number_in_address(page, "letter_id"))


class CounterLetterView(View, frozen=True):
    """What ``admin/requests/counter_letter.html`` shows."""

    letter: Letter
    checks: tuple[IdentityDocument, ...]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one letter with what to check before it is handed over."""
    return page.render(
        "admin/requests/counter_letter.html",
        CounterLetterView(letter=_letter(page), checks=tuple(IdentityDocument)),
        status_code,
    )


def hand(page: Page) -> Response[Any]:
    """Record that the letter was handed over."""
    letter = _letter(page)
    scan = page.form.upload("scan", CheckedScan)
    if not page.form.ok:
        return show(page, 422)

    def service() -> None:
        stored = None
        if scan is not None:
            stored = store_scan(page.work, scan, household_id=letter.household_id).id
        counter.handed_at_counter(
            page.work,
            letter.id,
            SignedReceipt(page.form.get("checked"), page.form.get("signed") == "1", stored),
        )

    return carry_out_once(
        page,
        service,
        "/counter?said=handed",
        Again(show, "checked", {"checked", "signed"}, only=(InputError, ConflictError)),
    )


def show_receipt(page: Page) -> Response[Any]:
    """Send the receipt sheet to print and have signed, in the size that the household wants."""
    letter = _letter(page)
    large = large_print_of(page.session, letter.household_id) is not None
    pdf = receipt_sheet(page.site.program, letter, jst_date(page.now), large=large)
    return page.show_file(f"receipt-{letter.number}.pdf", pdf)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/counter/{letter_id:int}"
    hand_over = Permission.HAND_OVER_AT_COUNTER
    return [
        staff_route("GET", "/counter", show_list, hand_over),
        staff_route("GET", base, show, hand_over),
        staff_route("POST", base + "/hand", hand, hand_over, shows=show, uploads=FILES),
        staff_route("GET", base + "/receipt.pdf", show_receipt, hand_over),
    ]
