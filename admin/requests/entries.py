"""Pages for entering requests that came by post, FAX, counter or telephone.

One person enters a request, another one reviews it.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, number_in_address, post_key, staff_route
from admin.desk import household
from admin.page import Page
from admin.requests import entry_words
from admin.requests.blank_forms import BLANKS, letter_number
from admin.requests.entry_forms import (
    ALTERNATIVE,
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
from portal.domain.desk.call_desk.acting.letter_size import LetterSize
from portal.domain.desk.casework.access import Part
from portal.domain.desk.casework.languages import language_of
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.settings.requests import (
    AdultRule,
    AlternativeProduct,
)
from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments.words import where
from portal.domain.people.households.large_print import large_print_of, wish_large_print
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.queries import tasks_of
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives import choosing
from portal.domain.requests.declines import queries as declines
from portal.domain.requests.declines.declaring import is_adult
from portal.domain.requests.redeliveries.letter_status import LetterStatus, letter_statuses
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.words import bar_text
from portal.domain.requests.requests.fields import Field, Place
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import NoScan, Signer, as_entered
from portal.domain.requests.requests.queries import paper_forms_of, requests_of, requests_with_form
from portal.domain.requests.requests.words import next_words
from portal.platform.http.locale import CODE_OF, PAPER_NAMES
from portal.platform.view import View

FILES = {"scan": SCAN}


def _key(page: Page) -> int:
    return number_in_address(page, "household_id")


class EntryView(View, frozen=True):
    """What ``admin/requests/entry.html`` shows."""

    household_id: int
    ways: Mapping[str, tuple[Channel, ...]]
    blanks: tuple[str, ...]
    entry_words: ModuleType
    letter_number: str
    languages_of_forms: Mapping[str, str]
    reads: str
    large_print: str
    sizes: tuple[LetterSize, ...]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Offer every kind with its channels, the size of letters, and the blank forms to print."""
    if (answer := household.refused(page)) is not None:
        return answer
    return page.render(
        "admin/requests/entry.html",
        EntryView(
            household_id=_key(page),
            ways=WAYS,
            blanks=BLANKS,
            entry_words=entry_words,
            letter_number=letter_number(page, _key(page)),
            languages_of_forms=PAPER_NAMES,
            reads=CODE_OF[language_of(page.session, _key(page))],
            large_print=CODE_OF.get(large_print_of(page.session, _key(page)) or "", ""),
            sizes=tuple(LetterSize),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _asked(page: Page) -> tuple[str, Channel]:
    kind = page.params["kind"]
    channel = next((way for way in WAYS.get(kind, ()) if way.value == page.params["channel"]), None)
    if channel is None:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return kind, channel


class EntryChild(Struct, frozen=True):
    """A child as the household's page shows it.

    Attributes:
        note: What prevents this kind of request for the child; "" for nothing.
        adult: Whether the child is 18 or older today.
    """

    ordinal: int
    name: str
    entitlement: str
    coupon: str
    amount_yen: int
    checking: bool
    note: str
    adult: bool


class MissingRow(Struct, frozen=True):
    """The letter or a parcel that may be asked for again; ``value`` names it in the form."""

    value: str
    item: str
    sent_on: str
    where: str
    bar: str


class EntryFormView(View, frozen=True):
    """What ``admin/requests/entry_form.html`` shows."""

    household_id: int
    kind: str
    channel: str
    entry_words: ModuleType
    signers: tuple[Signer, ...]
    no_scan: tuple[NoScan, ...]
    written: tuple[Field, ...]
    products: tuple[AlternativeProduct, ...]
    children: Sequence[EntryChild]
    chosen: set[int]
    signed: set[int]
    items: Sequence[MissingRow]
    adults: Sequence[EntryChild]
    today: str | None
    minute: str | None
    by_postmark: bool
    last_day: str


def show_form(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for what is written on the form, or was said."""
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
            signers=tuple(Signer),
            no_scan=tuple(NoScan),
            written=kind_of(kind).written.asked(Place.ENTRY) if kind != WISH else (),
            products=program.alternatives,
            children=children,
            chosen=chosen(page, "child-"),
            signed=chosen(page, "sign-"),
            items=_items(page) if kind == REDELIVERY else (),
            adults=[child for child in children if child.adult]
            if program.requests.adult_rule is AdultRule.COUNTERSIGN
            else [],
            today=f"{local:%Y-%m-%d}" if here else None,
            minute=f"{local:%H:%M}" if here else None,
            by_postmark=program.requests.by_postmark,
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


def _children(page: Page, kind: str) -> list[EntryChild]:
    """Return the children as on the household's page, each with what prevents this kind, if any."""
    if kind not in JUDGED:
        return []
    view = view_household(page.work, _key(page))
    shown = household.shown_now(page, _key(page), Part.CHILDREN)
    notes = _notes(page, kind)
    births = {child.ordinal: child.fields.birth for child in view.children}
    today = jst_date(page.now)

    def child(row: household.ChildRow) -> EntryChild:
        birth = births.get(row.ordinal)
        return EntryChild(
            row.ordinal,
            row.name,
            row.entitlement,
            row.coupon,
            row.amount_yen,
            row.checking,
            note="" if row.checking else notes.get(row.ordinal, ""),
            adult=birth is not None and is_adult(birth, today) and not row.checking,
        )

    return [child(row) for row in household.child_rows(page, view, shown=shown)]


def _notes(page: Page, kind: str) -> dict[int, str]:
    """Return what prevents this kind of request, by the children's numbers."""
    key = _key(page)
    if kind == ALTERNATIVE:
        return {one.ordinal: one.why_not for one in choosing.choices(page.session, key)}
    return {one.ordinal: one.why_not for one in declines.choices(page.session, key)}


def _items(page: Page) -> list[MissingRow]:
    """Return the letter and the parcels, each with its status and why it cannot be sent again."""
    return [
        MissingRow(
            value=_item_value(status),
            item=status.item,
            sent_on=status.sent_on.isoformat() if status.sent_on else "",
            where=where(status.shipment) if status.sent_on else "",
            bar=bar_text(status),
        )
        for status in letter_statuses(page.work, _key(page))
    ]


def _item_value(status: LetterStatus) -> str:
    is_parcel = status.item is MissingItem.PARCEL and status.shipment is not None
    return f"{status.item}-{status.shipment.id}" if is_parcel and status.shipment else status.item


def submit(page: Page) -> Response[Any]:
    """Enter it once; a refusal is shown beside its field, with what was typed."""
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
            if page.form.get("large_print") == "yes":
                language = language_of(page.session, _key(page))
                wish_large_print(as_entered(page.work, channel), _key(page), language)
            keep_result(page.session, key, place)
    except REFUSALS as error:
        page.form.error(place_of(page, kind, error), error.message)
        return show_form(page, 422)
    return page.redirect(place)


def _place(page: Page, made: Request | Task, known: set[int]) -> str:
    """Return the address of the result: the request or the task.

    The address also names the requests that only got the form added.
    """
    base = f"/households/{_key(page)}"
    if isinstance(made, Task):
        return f"{base}/entry-tasks/{made.id}"
    staff_id = page.who.staff.id if page.who.staff is not None else 0
    with_form = {row.id: row for row in requests_with_form(page.work, _key(page))}
    # what a colleague entered in the same moment was not known yet when this form was read
    joined = sorted(
        key
        for key, row in {**with_form, made.id: made}.items()
        if key in known or row.entered_by != staff_id or len(paper_forms_of(page.session, key)) > 1
    )
    return f"{base}/entries/{made.id}" + (f"?joined={'-'.join(map(str, joined))}" if joined else "")


class EntryDoneView(View, frozen=True):
    """What ``admin/requests/entry_done.html`` shows."""

    household_id: int
    request: Request | None
    joined: Sequence[Request]
    task: Task | None
    papers: Sequence[PaperForm]
    warnings: Sequence[str]
    entry_words: ModuleType
    next_step: str


def show_request(page: Page) -> Response[Any]:
    """Show what was entered: the number to write on the paper, its faults, what happens next."""
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
            papers=paper_forms_of(page.session, row.id),
            warnings=[kind.warning_text(code) for code in row.warnings],
            entry_words=entry_words,
            next_step=next_words(kind.steps_of(page.session, row)),
        ),
    )


def show_task(page: Page) -> Response[Any]:
    """Show that a form is to be sent."""
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
            papers=(),
            warnings=(),
            entry_words=entry_words,
            next_step="",
        ),
    )


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
    ]
