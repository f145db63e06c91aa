"""Requests that came by post, FAX, counter or telephone.

Entered here by one person, reviewed by another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, post_key, staff_route
from admin.desk import household
from admin.page import Page
from admin.requests import entry_words
from admin.requests.entry_forms import (
    ALTERNATIVE,
    DECLINE,
    JUDGED,
    REDELIVERY,
    REFUSALS,
    WAYS,
    WISH,
    chosen,
    enter,
    place_of,
    read_entry,
)
from admin.requests.scans import SCAN
from portal.domain.desk.casework.access import Part
from portal.domain.desk.casework.languages import language_of
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.letters.letters.queries import letters_of
from portal.domain.letters.shipments.words import where
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.queries import tasks_of
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives import choosing
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines import queries as declines
from portal.domain.requests.declines.declaring import is_adult
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.recipients.receipt_sheet import change_form
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.redeliveries.letter_status import letter_statuses
from portal.domain.requests.redeliveries.words import bar_text
from portal.domain.requests.requests.fields import Field, Place
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import SIGNERS
from portal.domain.requests.requests.queries import paper_forms_of, requests_of, requests_with_form
from portal.domain.requests.requests.words import next_words
from portal.platform.http.locale import CODE_OF, CODES, NAMES
from portal.platform.view import View

FILES = {"scan": SCAN}
BLANKS = (DECLINE, ALTERNATIVE, REDELIVERY, "change")


def _key(page: Page) -> int:
    return number_in_address(page, "household_id")


@dataclass(frozen=True, slots=True)
class EntryView(View):
    """What ``admin/requests/entry.html`` shows."""

    household_id: int
    ways: Mapping[str, tuple[Channel, ...]]
    blanks: tuple[str, ...]
    entry_words: ModuleType
    letter_number: str
    languages_of_forms: Mapping[str, str]
    reads: str


def show(page: Page) -> Response[Any]:
    """Offer every kind with the ways in which it can come, and the blank forms to print."""
    if (answer := household.refused(page)) is not None:
        return answer
    return page.render(
        "admin/requests/entry.html",
        EntryView(
            household_id=_key(page),
            ways=WAYS,
            blanks=BLANKS,
            entry_words=entry_words,
            letter_number=_letter_number(page),
            languages_of_forms=NAMES,
            reads=CODE_OF[language_of(page.session, _key(page))],
        ),
    )


def _letter_number(page: Page) -> str:
    letters = letters_of(page.session, _key(page))
    return letters[0].number if letters else ""


def _asked(page: Page) -> tuple[str, Channel]:
    kind = page.params["kind"]
    channel = next((way for way in WAYS.get(kind, ()) if way.value == page.params["channel"]), None)
    if channel is None:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return kind, channel


@dataclass(frozen=True, slots=True)
class EntryFormView(View):
    """What ``admin/requests/entry_form.html`` shows."""

    household_id: int
    kind: str
    channel: str
    entry_words: ModuleType
    signers: tuple[str, ...]
    written: tuple[Field, ...]
    products: tuple[AlternativeProduct, ...]
    children: Sequence[Mapping[str, Any]]
    chosen: set[int]
    signed: set[int]
    items: Sequence[Mapping[str, str]]
    adults: Sequence[Any]
    today: str | None
    minute: str | None
    by_postmark: bool
    last_day: str


def show_form(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for what stands on the form, or what was said."""
    kind, channel = _asked(page)
    if (answer := household.refused(page)) is not None:
        return answer
    program = page.site.program
    local = page.now.astimezone(JST)
    here = channel in {Channel.COUNTER, Channel.PHONE} and page.method == "GET"
    children = _children(page, kind)
    return page.render(
        "admin/requests/entry_form.html",
        EntryFormView(
            household_id=_key(page),
            kind=kind,
            channel=channel.value,
            entry_words=entry_words,
            signers=SIGNERS,
            written=kind_of(kind).written.asked(Place.ENTRY) if kind != WISH else (),
            products=program.alternatives,
            children=children,
            chosen=chosen(page, "child-"),
            signed=chosen(page, "sign-"),
            items=_items(page) if kind == REDELIVERY else (),
            adults=[c for c in children if c["adult"]]
            if program.requests.adult_rule == "countersign"
            else [],
            today=f"{local:%Y-%m-%d}" if here else None,
            minute=f"{local:%H:%M}" if here else None,
            by_postmark=program.requests.postal_rule == "postmark",
            last_day=_last_day(page, kind),
        ),
        status_code,
    )


def _last_day(page: Page, kind: str) -> str:
    windows = page.site.program.windows
    window = {ALTERNATIVE: windows.alternative, REDELIVERY: windows.redelivery}.get(
        kind, windows.decline
    )
    return window.last_day.isoformat()


def _children(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return the children as the household's page shows them, with what stands against this kind, if anything."""
    if kind not in JUDGED:
        return []
    view = view_household(page.work, _key(page))
    shown = household.shown_now(page, _key(page), Part.CHILDREN)
    offer: Any = choosing.choices if kind == ALTERNATIVE else declines.choices
    notes = {choice.ordinal: choice.why_not for choice in offer(page.session, _key(page))}
    births = {child.ordinal: child.fields.birth for child in view.children}
    today = jst_date(page.now)
    rows = household.child_rows(page, view, shown=shown)
    for row in rows:
        birth = births.get(row["ordinal"])
        row["note"] = "" if row["checking"] else notes.get(row["ordinal"], "")
        row["adult"] = birth is not None and is_adult(birth, today) and not row["checking"]
    return rows


def _items(page: Page) -> list[dict[str, str]]:
    """Return what may be asked for again.

    The letter and the parcels, where each is, and why not now.
    """
    return [
        {
            "value": status.item
            + (f"-{status.shipment.id}" if status.item != "letter" and status.shipment else ""),
            "item": status.item,
            "sent_on": status.sent_on.isoformat() if status.sent_on else "",
            "where": where(status.shipment) if status.sent_on else "",
            "bar": bar_text(status),
        }
        for status in letter_statuses(page.work, _key(page))
    ]


def submit(page: Page) -> Response[Any]:
    """Enter it once; a refusal comes back with what was typed, beside its field."""
    kind, channel = _asked(page)
    if (answer := household.refused(page)) is not None:
        return answer
    key = post_key(page)
    if (place := earlier_result(page.session, key)) is not None:
        return page.redirect(place)
    entry = read_entry(page, kind, channel)
    if entry is None or not page.form.ok:
        return show_form(page, 422)
    try:
        with page.session.begin_nested():
            if not first_time(page.session, key, page.now):
                return page.redirect(
                    earlier_result(page.session, key) or f"/households/{_key(page)}/entry"
                )
            known = {row.id for row in requests_of(page.session, _key(page))}
            place = _place(page, enter(page, kind, _key(page), entry), known)
            keep_result(page.session, key, place)
    except REFUSALS as error:
        page.form.error(place_of(page, kind, error), error.message)
        return show_form(page, 422)
    return page.redirect(place)


def _place(page: Page, made: Request | Task, known: set[int]) -> str:
    """Return the address of the result.

    The request or the task, and the requests that only got the form added.
    """
    base = f"/households/{_key(page)}"
    if isinstance(made, Task):
        return f"{base}/entry-tasks/{made.id}"
    staff_id = page.who.staff.id if page.who.staff is not None else 0
    with_form = {
        row.id: row for row in requests_with_form(page.session, _key(page), staff_id, page.now)
    }
    # what a colleague entered in the same moment was not known yet when this form was read
    joined = sorted(
        key
        for key, row in {**with_form, made.id: made}.items()
        if key in known or row.entered_by != staff_id or len(paper_forms_of(page.session, key)) > 1
    )
    return f"{base}/entries/{made.id}" + (f"?joined={'-'.join(map(str, joined))}" if joined else "")


@dataclass(frozen=True, slots=True)
class EntryDoneView(View):
    """What ``admin/requests/entry_done.html`` shows."""

    household_id: int
    request: Request | None
    joined: Sequence[Request] | Sequence[Any]
    task: Task | None
    warnings: Sequence[Any]
    entry_words: ModuleType
    next_step: str


def show_request(page: Page) -> Response[Any]:
    """Say what was entered.

    The number to write on the paper, what is wrong with it, what happens next.
    """
    if (answer := household.refused(page)) is not None:
        return answer
    of_household = {row.id: row for row in requests_of(page.session, _key(page))}
    row = of_household.get(number_in_address(page, "request_id"))
    if row is None or (row.ward_only and not allowed(page, Permission.KNOW_PROTECTED)):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
    numbers = [
        part
        for part in page.query.get("joined", "").split("-")
        if part.isascii() and part.isdigit()
    ]
    joined = [of_household[int(n)] for n in numbers if len(n) < 16 and int(n) in of_household]
    kind = kind_of(row.kind)
    return page.render(
        "admin/requests/entry_done.html",
        EntryDoneView(
            household_id=_key(page),
            request=row,
            joined=joined,
            task=None,
            warnings=[kind.warning_text(code) for code in row.warnings],
            entry_words=entry_words,
            next_step=next_words(kind.steps_of(page.session, row)),
        ),
    )


def show_task(page: Page) -> Response[Any]:
    """Say that a form is to be sent."""
    if (answer := household.refused(page)) is not None:
        return answer
    key = number_in_address(page, "task_id")
    task = next((one for one in tasks_of(page.session, _key(page)) if one.id == key), None)
    if task is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    return page.render(
        "admin/requests/entry_done.html",
        EntryDoneView(
            household_id=_key(page),
            request=None,
            joined=(),
            task=task,
            warnings=(),
            entry_words=entry_words,
            next_step="",
        ),
    )


def choose_blank(page: Page) -> Response[Any]:
    """Go to the chosen form in the chosen language."""
    form, language = page.query.get("form", ""), page.query.get("language", "")
    if form not in BLANKS or language not in CODES:
        return page.redirect(f"/households/{_key(page)}/entry")
    return page.redirect(f"/households/{_key(page)}/blank-forms/{form}?language={language}")


def show_blank(page: Page) -> Response[Any]:
    """Send a blank form to print: of this household only its letter's number stands on it.

    It says what it means in the household's language, or in the one that was chosen.
    """
    if (answer := household.refused(page)) is not None:
        return answer
    form = page.params["blank"]
    if form not in BLANKS:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    chosen_language = CODES.get(page.query.get("language", ""))
    with use_locale(chosen_language or language_of(page.session, _key(page))):
        pdf = _blank(page, form)
    return page.send(
        pdf, "application/pdf", {"content-disposition": f'inline; filename="{form}-form.pdf"'}
    )


def _blank(page: Page, form: str) -> bytes:
    program, number = page.site.program, _letter_number(page)
    if form == "change":
        # it is for somebody else, who has no part in this household's letter
        return change_form(program, jst_date(page.now))
    draw = {
        DECLINE: decline_form_pdf,
        ALTERNATIVE: alternative_form_pdf,
        REDELIVERY: redelivery_form_pdf,
    }[form]
    return draw(program, page.now, number)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.ENTER_REQUESTS
    base = "/households/{household_id:int}"
    entry = base + "/entry/{kind:str}/{channel:str}"
    return [
        staff_route("GET", base + "/entry", show, permission),
        staff_route("GET", entry, show_form, permission),
        staff_route("POST", entry + "/submit", submit, permission, shows=show_form, uploads=FILES),
        staff_route("GET", base + "/entries/{request_id:int}", show_request, permission),
        staff_route("GET", base + "/entry-tasks/{task_id:int}", show_task, permission),
        staff_route("GET", base + "/blank-forms", choose_blank, permission),
        staff_route("GET", base + "/blank-forms/{blank:str}", show_blank, permission),
    ]
