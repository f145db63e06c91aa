"""Pages of letters without an ID: staff addresses for test postings, and their mail."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.desk.finding.search import read_letter_number
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.letters.letters import without_id
from portal.domain.letters.letters.models import LetterWithoutId, PrintRun, TestAddress
from portal.domain.letters.letters.queries import print_run
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.letters.shipments.mail import printed
from portal.domain.letters.shipments.words import class_name
from portal.domain.mailroom.printing.runs.queries import StateCount, letters_by_state
from portal.domain.mailroom.printing.runs.recipients import staff_addresses
from portal.domain.mailroom.printing.runs.recipients.staff_addresses import StaffAddress
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

ADDRESSES = "/letters/test-addresses"
FIELDS = ("name", "postal_code", "line", "building")
SHOWN = 100


class TestAddressesView(View, frozen=True):
    """What ``admin/mailroom/printing/test_addresses.html`` shows."""

    rows: Sequence[tuple[TestAddress, StaffAddress | None]]
    said: str


def show_addresses(page: Page, status_code: int = 200) -> Response[Any]:
    """List the recipients of test postings, with the form for another."""
    rows = staff_addresses.active(page.session)
    return page.render(
        "admin/mailroom/printing/test_addresses.html",
        TestAddressesView(
            rows=[(row, staff_addresses.opened(page.site.vault, row)) for row in rows],
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def add(page: Page) -> Response[Any]:
    """Store an address."""

    def add() -> None:
        address = staff_addresses.read_address(*(page.form.get(name) for name in FIELDS))
        staff_addresses.add(page.work, address)

    return carry_out_once(
        page, add, f"{ADDRESSES}?said=added", Again(show_addresses, "name", FIELDS)
    )


def remove(page: Page) -> Response[Any]:
    """Remove an address."""
    key = number_in_address(page, "address_id")
    if first_post(page):
        staff_addresses.remove(page.work, key)
    return page.redirect(f"{ADDRESSES}?said=removed")


def _run(page: Page) -> PrintRun:
    run = print_run(page.session, number_in_address(page, "run_id"))
    if run is None or not run.is_without_id:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    return run


class MailWithoutIdView(View, frozen=True):
    """What ``admin/mailroom/printing/mail_without_id.html`` shows."""

    run: PrintRun
    is_test: bool
    letters: Sequence[LetterWithoutId]
    names: Mapping[int, str]
    states: Sequence[StateCount]
    printed: Callable[[str], str]
    class_name: Callable[[str], str]
    day: str
    said: str


def show_mail(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a run's letters by state; of a test posting, list each letter."""
    run = _run(page)
    is_test = run.kind == TEST_POSTING
    letters = without_id.of_run(page.session, run.id, SHOWN) if is_test else []
    known = {row.id: row for row in staff_addresses.active(page.session)}
    names = {
        letter.id: address.name
        for letter in letters
        if (row := known.get(letter.test_address_id or 0)) is not None
        and (address := staff_addresses.opened(page.site.vault, row)) is not None
    }
    return page.render(
        "admin/mailroom/printing/mail_without_id.html",
        MailWithoutIdView(
            run=run,
            is_test=is_test,
            letters=letters,
            names=names,
            states=letters_by_state(page.session, run.id),
            printed=printed,
            class_name=class_name,
            day=page.form.get("day") or jst_date(page.now).isoformat(),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def end(page: Page) -> Response[Any]:
    """Record that a letter arrived, or that the post returned it."""
    run, form = _run(page), page.form
    number, action, day = (
        read_letter_number(form.get("letter_number")),
        form.get("action"),
        whole_date(form.get("day")),
    )
    found = without_id.by_numbers(page.session, [number]).get(number)
    if found is None or found.print_run_id != run.id:
        form.error("letter_number", _s("この印刷に、この番号の手紙はありません。"))
    if action not in {"arrive", "come_back"}:
        form.error("action", _s("どうなったかを選んでください。"))
    if not isinstance(day, date):
        form.error("day", _s("日付を、2023-07-03 のように入力してください。"))
    if found is None or not form.ok or not isinstance(day, date):
        return show_mail(page, 422)
    return carry_out_once(
        page,
        lambda: without_id.end(page.work, found.id, action, day),
        f"/letters/{run.id}/mail?said=noted",
        Again(show_mail, "letter_number", {"day"}),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    officer, mail = Permission.PROPOSE_HAND_OVER, "/letters/{run_id:int}/mail"
    return [
        staff_route("GET", ADDRESSES, show_addresses, officer),
        staff_route("POST", ADDRESSES + "/add", add, officer, shows=show_addresses),
        staff_route("POST", ADDRESSES + "/{address_id:int}/remove", remove, officer),
        staff_route("GET", mail, show_mail, Permission.SEE_LETTERS),
        staff_route("POST", mail + "/ended", end, Permission.TRACK_MAIL, shows=show_mail),
    ]
