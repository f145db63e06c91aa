"""Sheets for a ward whose computers cannot reach the site: questions out, answers in.

What a sheet of answers would do is shown before it is carried out.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import escalation_words, escalations
from admin.desk.in_call.follow_ups import reader_of
from admin.page import Page
from portal.domain.contacts.escalations import answers_in
from portal.domain.contacts.escalations.answers_file import MAX_BYTES, AnswersFile, read_answers
from portal.domain.contacts.escalations.answers_in import RowEffect, Seen
from portal.domain.contacts.escalations.kinds import RowResult
from portal.domain.contacts.escalations.models import AnswerSheet
from portal.domain.contacts.escalations.sheet_out import make_sheet
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import UploadRule
from portal.platform.routes import Transaction
from portal.platform.view import View

FILE = UploadRule(MAX_BYTES, read_answers)
NAME = "escalations.xlsx.age"
PAGE = 20


def take(page: Page) -> Response[Any]:
    """Send the open questions as a workbook that the ward alone opens."""
    try:
        sheet = make_sheet(page.work, page.site.program.escalations, reader_of(page))
    except (ConflictError, NotAllowedError) as error:
        page.form.error("sheet", error.message)
        return escalations.show_list(page, 409)
    return page.download(NAME, sheet)


class EscalationSheetsView(View, frozen=True):
    """What ``admin/contacts/escalations/escalation_sheets.html`` shows."""

    sheets: Sequence[AnswerSheet]
    escalation_words: ModuleType
    names: Mapping[int, str]
    said: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the upload of a filled-in sheet, and the sheets received."""
    sheets = answers_in.latest_sheets(page.session)
    return page.render(
        "admin/contacts/escalations/escalation_sheets.html",
        EscalationSheetsView(
            sheets=sheets,
            escalation_words=escalation_words,
            names=staff_names(page.session, {sheet.uploaded_by for sheet in sheets}),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def upload(page: Page) -> Response[Any]:
    """Read a filled-in sheet and show its effects; nothing is carried out yet."""
    file = page.form.upload("file", AnswersFile)
    if file is None:
        page.form.error("file", _s("区が返した Excel ファイルを選んでください。"))
        refused = page.form.files.get("file")
        if refused is not None and (said := answers_in.not_of_sheet(page.work, refused.data)):
            page.form.errors["file"] += f"\n{said}"
        return show_list(page, 422)
    try:
        sheet = answers_in.store_sheet(page.work, file)
    except ConflictError as error:
        page.form.error("file", error.message)
        return show_list(page, 422)
    return page.redirect(f"/escalations/answers/{sheet.id}")


def _found(page: Page) -> AnswerSheet:
    sheet = answers_in.sheet_by_id(page.session, number_in_address(page, "sheet_id"))
    if sheet is None:
        raise NotFoundError(_s("この表は見つかりませんでした。"))
    return sheet


class EscalationSheetView(View, frozen=True):
    """What ``admin/contacts/escalations/escalation_sheet.html`` shows."""

    sheet: AnswerSheet
    fresh: int
    left_out: int
    outcomes: Sequence[RowEffect]
    more: bool
    number: int
    seen: str
    texts_shown: bool
    escalation_words: ModuleType
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the effect of every row of a sheet, with the ward's texts while it waits.

    Reading the texts is logged.
    """
    sheet = _found(page)
    texts_shown = answers_in.show_texts(page.work, sheet)
    outcomes = answers_in.plan(page.work, sheet, reader_of(page))
    fresh = sum(one.result is RowResult.NEW for one in outcomes)
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    # rows without effect come first, because somebody has to look into them
    ordered = sorted(outcomes, key=lambda one: (one.result is RowResult.NEW, one.row.line))
    return page.render(
        "admin/contacts/escalations/escalation_sheet.html",
        EscalationSheetView(
            sheet=sheet,
            fresh=fresh,
            left_out=len(outcomes) - fresh,
            outcomes=ordered[(number - 1) * PAGE : number * PAGE],
            more=len(ordered) > number * PAGE,
            number=number,
            seen=answers_in.fingerprint(outcomes),
            texts_shown=texts_shown,
            escalation_words=escalation_words,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def apply(page: Page) -> Response[Any]:
    """Store every new answer of the sheet, unless its effects changed since they were shown."""
    sheet, seen = _found(page), Seen(reader_of(page), page.form.get("seen"))
    return carry_out_once(
        page,
        lambda: answers_in.apply_sheet(page.work, sheet.id, seen),
        f"/escalations/answers/{sheet.id}?said=applied",
        Again(show, "apply", status=409),
    )


def drop(page: Page) -> Response[Any]:
    """Drop the sheet."""
    sheet = _found(page)
    return carry_out_once(
        page,
        lambda: answers_in.drop_sheet(page.work, sheet.id),
        "/escalations/answers?said=dropped",
        Again(show, "apply", status=409),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    answer, one = Permission.ANSWER_ESCALATIONS, "/escalations/answers/{sheet_id:int}"
    return [
        staff_route("POST", "/escalations/sheet", take, answer, shows=escalations.show_list),
        staff_route("GET", "/escalations/answers", show_list, answer),
        staff_route(
            "POST",
            "/escalations/answers/upload",
            upload,
            answer,
            shows=show_list,
            uploads={"file": FILE},
        ),
        staff_route("GET", one, show, answer, transaction=Transaction.WRITE),
        staff_route("POST", one + "/apply", apply, answer, shows=show),
        staff_route("POST", one + "/drop", drop, answer, shows=show),
    ]
