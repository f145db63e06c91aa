"""Pages for entering additions and changes of recipient, which the review desk decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.desk import household
from admin.mailroom.roster.releases import read_instruction
from admin.page import Page
from admin.requests.scans import SCAN
from portal.domain.desk.casework.masking import mask_name
from portal.domain.desk.casework.reviews.queue import one
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import DomainError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, whole_date
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.households.queries import view_household
from portal.domain.people.households.records import ChildFields
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.recipients import additions, changes, review
from portal.domain.requests.recipients.newcomer import (
    ADDRESS,
    COUNTER,
    HAND_OVERS,
    Fault,
    HandOver,
    Newcomer,
    child_faults,
    faults_of,
    read_child,
    read_newcomer,
)
from portal.domain.requests.recipients.queries import open_requests
from portal.domain.requests.recipients.receipt_sheet import change_form
from portal.domain.requests.recipients.written import AdditionNote, ChangeNote, Evidence
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.scans import CheckedScan, store_scan
from portal.platform.view import View

PLACES = 4
"""How many children one form adds."""
CHANNELS = (Channel.COUNTER, Channel.POST, Channel.FAX)
FILES = {"scan": SCAN}
FIELDS = frozenset(
    {
        "hand_over",
        "number",
        "name",
        "birth",
        "postal_code",
        "town",
        "street",
        "evidence",
        "words",
        "children",
        "instruction_no",
    }
) | {
    f"child{place}_{part}"
    for place in range(1, PLACES + 1)
    for part in ("name", "birth", "person_no")
}


class RecipientsView(View, frozen=True):
    """What ``admin/requests/recipients.html`` shows."""

    rows: Sequence[Request]
    said: str
    me: int


def show_list(page: Page) -> Response[Any]:
    """List what waits for its second person."""
    rows = open_requests(page.session, include_protected=allowed(page, Permission.KNOW_PROTECTED))
    return page.render(
        "admin/requests/recipients.html",
        RecipientsView(rows=rows, said=page.query.get("said", ""), me=_me(page)),
    )


def _me(page: Page) -> int:
    return page.who.staff.id if page.who.staff is not None else 0


def _ways(page: Page) -> tuple[HandOver, ...]:
    return HAND_OVERS if allowed(page, Permission.KNOW_PROTECTED) else (ADDRESS, COUNTER)


class RecipientAddView(View, frozen=True):
    """What ``admin/requests/recipient_add.html`` shows."""

    ways: tuple[HandOver, ...]
    child_places: range
    household_id: int | None


def show_add(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a recipient to add, with or without a household that is known."""
    known = _known_household(page)
    return page.render(
        "admin/requests/recipient_add.html",
        RecipientAddView(
            ways=_ways(page),
            child_places=range(1, PLACES + 1),
            household_id=known,
        ),
        status_code,
    )


def _known_household(page: Page) -> int | None:
    typed = page.form.get("household") or page.query.get("household", "")
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 16 else None


def submit_add(page: Page) -> Response[Any]:
    """Enter an addition; a second person accepts it at the review desk."""
    instruction = read_instruction(page)
    if instruction is None and page.form.ok:
        page.form.error("instruction_no", _s("区の指示書の番号と日付を入力してください。"))

    faults = [] if _known_household(page) else faults_of(page.form.values, page.actor)
    _mark(page, faults, *(child_faults(page.form.values, place) for place in range(1, PLACES + 1)))

    def enter() -> Request:
        newcomer = read_newcomer(page.form.values, _known_household(page), page.actor)
        found = (read_child(page.form.values, place) for place in range(1, PLACES + 1))
        children: list[ChildFields] = [child for child in found if child is not None]
        note = AdditionNote(newcomer, tuple(children), _stored_scan(page))
        return additions.submit(page.work, note, instruction)

    return _enter(page, enter, show_add, said="ward")


def _mark(page: Page, *faults: list[Fault]) -> None:
    for field, sentence in (fault for found in faults for fault in found):
        page.form.error(field, sentence)


def _stored_scan(page: Page) -> int | None:
    checked = page.form.upload("scan", CheckedScan)
    if checked is None:
        return None
    return store_scan(page.work, checked).id


def _enter(
    page: Page,
    enter: Callable[[], Request],
    shows: Callable[[Page, int], Response[Any]],
    *,
    said: str,
) -> Response[Any]:
    """Enter it once; ``said``: what whoever may not know of protected families is told then."""
    if not page.form.ok:
        return shows(page, 422)
    try:
        with page.session.begin_nested():
            first = first_post(page)
            if first:
                enter()
    except DomainError as error:
        if isinstance(error, NotFoundError):
            raise
        field = "child1_name" if error.code == "child_known" else error.code
        page.form.error(field if field in FIELDS else "children", error.message)
        return shows(page, 422)
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    return page.redirect(f"/recipients?said={'entered' if may_know else said}")


class RecipientChangeView(View, frozen=True):
    """What ``admin/requests/recipient_change.html`` shows."""

    household_id: int
    ways: tuple[HandOver, ...]
    names: Mapping[int, str]
    entries: Sequence[HouseholdCoupon]
    chosen: set[int]
    evidences: type[Evidence]
    channels: Sequence[str]
    last_day: date


def show_change(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the new recipient, the children of an opened household, and the evidence."""
    if (answer := household.refused(page)) is not None:
        return answer
    key = number_in_address(page, "household_id")
    view = view_household(page.work, key)
    names = {child.ordinal: mask_name(child.fields.name) for child in view.children}
    entries = coupons_of_household(page.session, key)
    return page.render(
        "admin/requests/recipient_change.html",
        RecipientChangeView(
            household_id=key,
            ways=_ways(page),
            names=names,
            entries=entries,
            chosen=_ordinals(page),
            evidences=Evidence,
            channels=[c.value for c in CHANNELS],
            last_day=page.site.program.windows.decline.last_day,
        ),
        status_code,
    )


def _ordinals(page: Page) -> set[int]:
    names = (name.removeprefix("child-") for name in page.form.values if name.startswith("child-"))
    return {int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 5}


def submit_change(page: Page) -> Response[Any]:
    """Enter a change of recipient; a second person accepts it at the review desk."""
    if (answer := household.refused(page)) is not None:
        return answer
    instruction = read_instruction(page)
    channel = next((c for c in CHANNELS if c.value == page.form.get("channel")), Channel.COUNTER)
    received = _received(page)
    about = changes.faults_of(_ordinals(page), page.form.get("evidence"), page.form.get("words"))
    _mark(page, about, [] if _known_household(page) else faults_of(page.form.values, page.actor))

    def enter() -> Request:
        return changes.submit(
            page.work.acting_as(replace(page.actor, channel=channel)),
            changes.ChangeEntry(
                number_in_address(page, "household_id"),
                _ordinals(page),
                ChangeNote(
                    _newcomer(page),
                    Evidence.known(page.form.get("evidence")),
                    page.form.get("words").strip(),
                    _stored_scan(page),
                ),
                received,
                instruction,
            ),
        )

    typed = not _known_household(page) and page.form.get("number").strip()
    return _enter(page, enter, show_change, said="ward" if typed else "entered")


def _newcomer(page: Page) -> Newcomer:
    return read_newcomer(page.form.values, _known_household(page), page.actor)


def _received(page: Page) -> datetime | None:
    """Return the instant at which the form arrived; None for today.

    Faults are shown in the form.
    """
    typed = page.form.get("received_on").strip()
    if not typed:
        return None
    day = whole_date(typed)
    if isinstance(day, DateFault) or day > jst_date(page.now):
        page.form.error(
            "received_on",
            _s(
                "届いた日は、今日までの日を、2026-04-01 か 令和8年4月1日 のように入力してください。"
            ),
        )
        return None
    return None if day == jst_date(page.now) else day_start(day)


def _found(page: Page) -> Request:
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    row = one(page.session, number_in_address(page, "request_id"), include_protected=may_know)
    if row is None or row.kind not in {RequestKind.ADDITION, RequestKind.RECIPIENT_CHANGE}:
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
    return row


def withdraw(page: Page) -> Response[Any]:
    """Withdraw one's own entry before it is decided."""
    row = _found(page)
    if row.entered_by != _me(page):
        raise InputError(
            _s("取り下げられるのは、入力した人だけです。審査の画面でお断りしてください。")
        )
    if first_post(page):
        review.withdraw(page.work, row.id)
    return page.redirect("/recipients?said=withdrawn")


def show_form(page: Page) -> Response[Any]:
    """Send the blank form to print, in large print where that was chosen."""
    pdf = change_form(page.site.program, jst_date(page.now), large=page.wants_large)
    return page.show_file("change-of-recipient.pdf", pdf)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, enter = Permission.SEE_RECIPIENTS, Permission.ENTER_RECIPIENTS
    change = "/households/{household_id:int}/change-recipient"
    return [
        staff_route("GET", "/recipients", show_list, see),
        staff_route("GET", "/recipients/change-form.pdf", show_form, see),
        staff_route("GET", "/recipients/add", show_add, enter),
        staff_route(
            "POST", "/recipients/add/submit", submit_add, enter, shows=show_add, uploads=FILES
        ),
        staff_route("GET", change, show_change, enter),
        staff_route(
            "POST", change + "/submit", submit_change, enter, shows=show_change, uploads=FILES
        ),
        staff_route("POST", "/recipients/{request_id:int}/withdraw", withdraw, enter),
    ]
