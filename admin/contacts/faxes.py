"""FAX cases: entry with the time in the header, the queue, and one case with its pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts.call_form import chosen
from admin.desk.in_call import act_words
from admin.page import Page
from admin.requests.scans import LOCKED, SCAN
from admin.typed_instants import typed_instant
from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes import (
    numbers,
    queries,
    services,
    sheets,
    visibility,
    wording,
)
from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.queries import Counts, QueueRow
from portal.domain.contacts.faxes.states import (
    FAILED,
    OPEN,
    UNSENT,
    CloseReason,
    SendingFailure,
)
from portal.domain.contacts.faxes.wording import Wording
from portal.domain.desk.call_desk.acting.receipts import acts_in_call
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.people.households.large_print import large_print_among
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.requests.requests import scans
from portal.domain.requests.requests.scans import CheckedScan
from portal.platform.carrying_out import Again, carry_out
from portal.platform.http.locale import ON_PAPER, PAPER_NAMES
from portal.platform.routes import Transaction
from portal.platform.view import View

FIELDS = {
    "received_at": "received_at",
    "sender": "sender",
    "old_is_right": "old_is_right",
    "reason": "reason",
    "number": "number",
    "number_again": "number_again",
    "other_number": "other_number",
    "wording": "wording",
    "text": "text",
    "failure": "failure",
    "level": "text",
}
"""The field of the page for each code of a refusal."""


def case_key(page: Page) -> int:
    """Return the key of the case in the address."""
    return number_in_address(page, "case_id")


def _after(page: Page, name: str) -> int:
    typed = page.query.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


class FaxesView(View, frozen=True):
    """What ``admin/contacts/faxes/faxes.html`` shows."""

    rows: Sequence[QueueRow]
    more: bool
    done: bool
    due: bool
    today: date
    failed: Sequence[QueueRow]
    counts: Counts
    said: str
    blank_languages: Mapping[str, str]


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List the waiting cases, oldest first, below those with a failed reply.

    Or only those whose reply is due today or before, or the finished ones, newest first.
    """
    session, done = page.session, page.query.get("view") == "done"
    size, today = queries.PAGE, jst_date(page.now)
    due_by = today if page.query.get("view") == "due" else None
    if done:
        rows = queries.done(session, before=_after(page, "before"), limit=size + 1)
    else:
        rows = queries.queue(session, after=_after(page, "after"), limit=size + 1, due_by=due_by)
    return page.render(
        "admin/contacts/faxes/faxes.html",
        FaxesView(
            rows=rows[:size],
            more=len(rows) > size,
            done=done,
            due=due_by is not None,
            today=today,
            failed=[] if done else queries.failed(session, due_by=due_by),
            counts=queries.counts(session, today),
            said=page.query.get("said", ""),
            blank_languages=PAPER_NAMES,
        ),
        status_code,
    )


class FaxNewView(View, frozen=True):
    """What ``admin/contacts/faxes/fax_new.html`` shows."""

    spoken: Sequence[CallLanguage]
    asks_age: bool


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the file, the time in its header, and the language."""
    return page.render(
        "admin/contacts/faxes/fax_new.html",
        FaxNewView(spoken=list(CallLanguage), asks_age="old_is_right" in page.form.errors),
        status_code,
    )


def receive(page: Page) -> Response[Any]:
    """Create a case from the chosen file and the typed fields."""
    form = page.form
    received_at = typed_instant(form, "received_on", "received_at")
    file = form.upload("file", CheckedScan)
    if file is None and "file" not in form.errors:
        form.error("file", _s("FAXのファイルを選んでください。"))
    if not form.ok or received_at is None or file is None:
        return show_new(page, 422)
    new = services.NewFax(
        received_at,
        file,
        chosen(CallLanguage, form.get("language"), CallLanguage.JA),
        form.get("sender"),
        form.get("old_is_right") == "1",
    )
    return carry_out_once(
        page,
        lambda: services.receive(page.work, page.site.program.calendar, new),
        "/faxes?said=received",
        Again(show_new, "file", FIELDS),
    )


class FaxView(View, frozen=True):
    """What ``admin/contacts/faxes/fax.html`` shows."""

    case: FaxCase
    call: Call | None
    replies: Sequence[FaxReply]
    named: frozenset[int]
    unsent: FaxReply | None
    may_look: bool
    calls: Sequence[tuple[Call, str]]
    is_open: bool
    other_call: bool
    entered_by: StaffUser | None
    sender: str | None
    number: str | None
    households: Sequence[int]
    acts: Sequence[DeskAct]
    wordings: Sequence[Wording]
    large_wished: bool
    act_words: ModuleType
    failures: Sequence[SendingFailure]
    close_reasons: Sequence[CloseReason]
    today: date
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one case: its pages to who handles it, the reply in work, and its history."""
    session = page.session
    case = queries.case_by_id(session, case_key(page))
    call = visibility.own_call(page.work, case.id)
    written = queries.replies_of(session, case.id)
    unsent = next((one for one in written if one.state in UNSENT), None)
    may_look = visibility.may_see_pages(page.work, case)
    households = visibility.verified_households(session, call) if call is not None else []
    return page.render(
        "admin/contacts/faxes/fax.html",
        FaxView(
            case=case,
            call=call,
            replies=written,
            named=visibility.named_outside_the_ward(session, written),
            unsent=unsent,
            may_look=may_look,
            calls=queries.calls_of(session, case.id),
            is_open=case.state in OPEN,
            other_call=page.who.call is not None and call is None,
            entered_by=staff_user(session, case.entered_by),
            sender=_sender_read(page, case) if may_look else None,
            number=_number_read(page, unsent) if unsent is not None else None,
            households=households,
            acts=_acts(page, call, households) if call is not None else [],
            wordings=wording.choices(page.work) if call is not None and unsent is None else [],
            large_wished=bool(large_print_among(session, households)),
            act_words=act_words,
            failures=list(SendingFailure),
            close_reasons=_close_reasons(unsent),
            today=jst_date(page.now),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _acts(page: Page, call: Call, households: Sequence[int]) -> list[DeskAct]:
    return [act for key in households for act in acts_in_call(page.session, call.id, key)]


def _has_read(page: Page, key: str, row_id: int) -> bool:
    return page.who.auth is not None and page.who.auth.data.get(key) == row_id


def _sender_read(page: Page, case: FaxCase) -> str | None:
    """Return the number in the header, if this person has asked for it; "" if there is none."""
    if not _has_read(page, "read_fax", case.id):
        return None
    number = queries.sender_of(page.site.vault, case)
    return numbers.written(number) if number else ""


def _number_read(page: Page, reply: FaxReply) -> str | None:
    """Return the number to dial for a reply, if this person has asked for it."""
    if not _has_read(page, "read_fax_reply", reply.id):
        return None
    return numbers.written(sheets.open_reply(page.site.vault, reply).number)


def _close_reasons(reply: FaxReply | None) -> list[CloseReason]:
    failed = reply is not None and reply.state == FAILED
    return [one for one in CloseReason if one is not CloseReason.CANNOT_SEND or failed]


def start(page: Page) -> Response[Any]:
    """Start the actor's call about a case."""
    key = case_key(page)
    return carry_out(
        page,
        lambda: services.start(page.work, key),
        f"/faxes/{key}?said=started",
        Again(show, "start", status=409, only=ConflictError),
    )


def close(page: Page) -> Response[Any]:
    """Close a case without a reply by FAX."""
    key = case_key(page)
    return carry_out_once(
        page,
        lambda: services.close(page.work, key, page.form.get("reason")),
        "/faxes?said=closed",
        Again(show, "reason", FIELDS, but=NotFoundError),
    )


def read_sender(page: Page) -> Response[Any]:
    """Show the number in the header, and log that it was read."""
    case = visibility.read_sender(page.work, case_key(page))
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | {"read_fax": case.id}
    return page.redirect(f"/faxes/{case.id}")


def show_page(page: Page) -> Response[Any]:
    """Send one page as an image; it is drawn outside of the transaction."""
    site, number = page.site, int(page.params["number"])
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        data, kind = visibility.read_page(
            page.site.work(session, page.actor, page.now), case_key(page), number
        )
    if kind in scans.DRAWN:
        data, kind = scans.page_picture(data, number), "image/png"
    return page.send(data, kind, LOCKED | {"content-disposition": "inline"})


def blank_form(page: Page) -> Response[Any]:
    """Send the FAX問合せ票 in one of the residents' languages."""
    locale = ON_PAPER.get(page.query.get("in", "ja"), "ja")
    with use_locale(locale):
        pdf = inquiry_form_pdf(page.site.program, page.now, large=page.wants_large)
    return page.send(
        pdf, "application/pdf", {"content-disposition": 'inline; filename="fax-inquiry.pdf"'}
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, one = Permission.HANDLE_FAXES, "/faxes/{case_id:int}"
    return [
        staff_route("GET", "/faxes", show_list, handle),
        staff_route("GET", "/faxes/new", show_new, handle),
        staff_route("GET", "/faxes/form.pdf", blank_form, handle),
        staff_route(
            "POST", "/faxes/receive", receive, handle, shows=show_new, uploads={"file": SCAN}
        ),
        staff_route("GET", one, show, handle),
        staff_route(
            "GET", one + "/pages/{number:int}", show_page, handle, transaction=Transaction.OWN
        ),
        staff_route("POST", one + "/start", start, handle, shows=show),
        staff_route("POST", one + "/close", close, handle, shows=show),
        staff_route("POST", one + "/sender", read_sender, handle),
    ]
