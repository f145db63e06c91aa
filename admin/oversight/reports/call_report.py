"""The month's call report: due days, the draft with its typed parts, its check and versions."""

from collections.abc import Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.oversight.reports import words as report_words
from admin.oversight.reports.figure_events import FigurePages
from admin.oversight.reports.monthly_report import MonthlyPages
from admin.page import Page
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.calls.report import KIND, OUTAGES, STAFFING, write_sections
from portal.domain.oversight.reports.ledger.kinds import OF_CALLS
from portal.domain.oversight.reports.monthly.notes import (
    LISTED,
    Note,
    NoteKind,
    Sentence,
    WrittenCall,
    add_note,
    drop_note,
    marked_calls,
    notes,
    read_marked,
)
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.routes import Transaction
from portal.platform.view import View


class NotesView(View, frozen=True):
    """The call report's own part: sentences of the draft, and how many marked calls are unused."""

    notes: Sequence[Note]
    kinds: Sequence[NoteKind]
    marked: int
    listed: int


def _notes(page: Page, month: date, keeps: bool) -> NotesView:
    return NotesView(
        notes=notes(page.work, month) if keeps else [],
        kinds=list(NoteKind),
        marked=len(marked_calls(page.session, month)) if keeps else 0,
        listed=LISTED,
    )


PAGES = MonthlyPages(
    KIND,
    "/call-report",
    "call_report",
    Permission.SEE_CALL_REPORT,
    Permission.KEEP_CALL_REPORT,
    unknown=lambda: _s("この月の報告書はありません。コールセンターの期間の月を選んでください。"),
    more=_notes,
)


def write(page: Page) -> Response[Any]:
    """Save the typed sections on staffing and on outages."""
    texts = {name: page.form.get(name) for name in (STAFFING, OUTAGES)}

    def keep(month: date) -> object:
        return write_sections(page.work, month, texts)

    return PAGES.step(page, "written", keep, (STAFFING, OUTAGES))


def add(page: Page) -> Response[Any]:
    """Add a sentence that is about no particular call to the draft."""
    kind = NoteKind.known(page.form.get("kind"))
    if kind is None:
        page.form.error("kind", _s("種類を選んでください。"))
        return PAGES.show(page, 422)
    text = page.form.get("text")

    def note(month: date) -> object:
        return add_note(page.work, month, Sentence(kind, text))

    return PAGES.step(page, "noted", note, ("text",))


def drop(page: Page) -> Response[Any]:
    """Remove a sentence from the draft."""
    key = number_in_address(page, "note_id")
    return PAGES.step(
        page,
        "dropped",
        lambda month: drop_note(page.work, month, key),
    )


class CallReportMarkedView(View, frozen=True):
    """What ``admin/oversight/reports/call_report_marked.html`` shows."""

    month: date
    rows: Sequence[Call]
    more: bool
    report_words: ModuleType


def show_marked(page: Page) -> Response[Any]:
    """List the month's marked calls that no sentence uses yet."""
    month, after = PAGES.month(page), page.query.get("after", "0")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    rows = marked_calls(page.session, month, after=start)
    return page.render(
        "admin/oversight/reports/call_report_marked.html",
        CallReportMarkedView(
            month=month, rows=rows[:LISTED], more=len(rows) > LISTED, report_words=report_words
        ),
    )


class CallReportCallView(View, frozen=True):
    """What ``admin/oversight/reports/call_report_call.html`` shows."""

    month: date
    found: WrittenCall
    kinds: Sequence[NoteKind]
    guess: NoteKind
    report_words: ModuleType


def show_call(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a marked call with the agent's text, and ask for a sentence without names.

    Reading the text is logged.
    """
    month = PAGES.month(page)
    found = read_marked(page.work, month, number_in_address(page, "call_id"))
    return page.render(
        "admin/oversight/reports/call_report_call.html",
        CallReportCallView(
            month=month,
            found=found,
            kinds=list(NoteKind),
            guess=_guess(found.call),
            report_words=report_words,
        ),
        status_code,
    )


def _guess(call: Call) -> NoteKind:
    if call.complaint:
        return NoteKind.COMPLAINT
    return NoteKind.SHARED if call.shared_with_ward else NoteKind.QUESTION


def choose(page: Page) -> Response[Any]:
    """Add the sentence for one call to the draft."""
    month, call_id = PAGES.month(page), number_in_address(page, "call_id")
    kind = NoteKind.known(page.form.get("kind"))
    if kind is None:
        page.form.error("kind", _s("種類を選んでください。"))
        return show_call(page, 422)
    sentence = Sentence(kind, page.form.get("text"), call_id)
    return carry_out_once(
        page,
        lambda: add_note(page.work, month, sentence),
        PAGES.address(month, "noted"),
        Again(show_call, "text", but=NotFoundError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep, base = PAGES.keep, PAGES.base + "/{month:str}"
    one = base + "/marked/{call_id:int}"
    return [
        *PAGES.handlers(write),
        *FigurePages(PAGES, OF_CALLS).handlers(),
        staff_route("POST", base + "/notes", add, keep, shows=PAGES.show),
        staff_route("POST", base + "/notes/{note_id:int}/drop", drop, keep, shows=PAGES.show),
        staff_route("GET", base + "/marked", show_marked, keep),
        staff_route("GET", one, show_call, keep, transaction=Transaction.WRITE),
        staff_route("POST", one + "/choose", choose, keep, shows=show_call),
    ]
