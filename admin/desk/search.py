"""Household search; the typed text is posted and sealed in the session, never in an address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, staff_route
from admin.page import Page
from portal.domain.desk.casework.masking import (
    mask_address,
    mask_birth,
    mask_name,
    mask_postal_code,
)
from portal.domain.desk.finding import search
from portal.domain.desk.finding.numbers import taken_as
from portal.domain.desk.finding.receipts import Receipt, ReceiptKind
from portal.domain.desk.finding.search import Typed, TypedError
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.people.households.finder import SearchNotReadyError
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

KEPT = "search"


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form, and the hits of the last search in this session."""
    typed = (
        _kept(page) if page.method == "GET" else search.Typed.from_values(dict(page.form.values))
    )
    found = _find(page, typed, counted=False)
    return _answer(page, typed, search.Found() if isinstance(found, int) else found, status_code)


def submit(page: Page) -> Response[Any]:
    """Search through the gate; typing on within a minute is the same search.

    Htmx gets the hits only; a plain form is redirected to the page.
    """
    typed = search.Typed.from_values(dict(page.form.values))
    return look(page, typed)


def look(page: Page, typed: Typed) -> Response[Any]:
    """Carry out a search and show its hits, or what is wrong with it."""
    counted = not typed.empty and not _same_search(page, typed)
    found = _find(page, typed, counted=counted)
    if isinstance(found, int):
        return _answer(page, typed, search.Found(), found)
    if not found.ready:
        # htmx shows no answer of 503
        return _answer(page, typed, found, 200 if page.request.htmx else 503)
    _keep(page, typed, counted=counted)
    return _answer(page, typed, found, 200) if page.request.htmx else page.redirect("/households")


def clear(page: Page) -> Response[Any]:
    """Clear the last search."""
    _keep(page, search.Typed(), counted=True)
    return page.redirect("/households")


class HouseholdRow(Struct, frozen=True):
    """A household in the list of hits, masked."""

    id: int
    name: str
    kana: str
    address: str
    postal: str
    birth: str
    children: int
    state: str
    protected: bool


class SearchAnswerView(View, frozen=True):
    """What the template of ``_answer`` shows."""

    typed: Typed
    asked: bool
    rows: Sequence[HouseholdRow]
    more: bool
    taken_as: str
    records: Sequence[Receipt]
    record_words: Callable[[ReceiptKind], str]


_PAGES: Mapping[ReceiptKind, Permission] = {
    ReceiptKind.REQUEST: Permission.SEE_REQUESTS,
    ReceiptKind.TASK: Permission.SEE_TASKS,
    ReceiptKind.ESCALATION: Permission.SEE_ESCALATIONS,
    ReceiptKind.FAULT: Permission.HANDLE_COUPON_FAULTS,
    ReceiptKind.FAX: Permission.HANDLE_FAXES,
    ReceiptKind.CALL: Permission.SUPERVISE_CALLS,
}
"""Who may open the page of a record."""


def record_words(kind: ReceiptKind) -> str:
    """Return what people call a record."""
    return {
        ReceiptKind.REQUEST: _s("申請の審査"),
        ReceiptKind.TASK: _s("用件"),
        ReceiptKind.ESCALATION: _s("区への引き継ぎ"),
        ReceiptKind.FAULT: _s("お店で使えないクーポン"),
        ReceiptKind.FAX: _s("FAX"),
        ReceiptKind.CALL: _s("受付"),
    }[kind]


def _answer(
    page: Page, typed: search.Typed, found: search.Found, status_code: int
) -> Response[Any]:
    template = "admin/desk/_search_results.html" if page.request.htmx else "admin/desk/search.html"
    rows = [row(view) for view in found.households]
    return page.render(
        template,
        SearchAnswerView(
            typed=typed,
            asked=not typed.empty,
            rows=rows,
            more=found.more,
            taken_as=taken_as(typed.number) if typed.number else "",
            records=[
                one
                for one in found.records
                if one.kind in _PAGES and allowed(page, _PAGES[one.kind])
            ],
            record_words=record_words,
        ),
        status_code,
    )


def row(view: HouseholdView) -> HouseholdRow:
    """Return one row of the list, masked."""
    fields = view.fields
    return HouseholdRow(
        id=view.id,
        name=mask_name(fields.name),
        kana=mask_name(fields.kana),
        address=mask_address(fields.town),
        postal=mask_postal_code(fields.postal_code),
        birth=mask_birth(fields.birth),
        children=len(view.children),
        state=view.state,
        protected=view.protected,
    )


def _find(page: Page, typed: Typed, *, counted: bool) -> search.Found | int:
    """Return what was found, or with which status the search is refused."""
    if typed.empty:
        return search.Found()
    knows = allowed(page, Permission.KNOW_PROTECTED)
    ask = search.search if counted else search.find
    try:
        return ask(page.work, typed, include_protected=knows)
    except TypedError as error:
        for name, sentence in error.faults.items():
            page.form.error(name, sentence)
        return 422
    except ThrottledError as error:
        page.form.error(typed.used[0], error.message)
        return 429
    except SearchNotReadyError as error:
        page.form.error(typed.used[0], error.message)
        return search.Found(ready=False)


def _same_search(page: Page, typed: search.Typed) -> bool:
    """Return whether this continues the search of a moment ago.

    Typing a name is one search, not ten.
    """
    at = page.who.auth.data.get("searched_at") if page.who.auth is not None else None
    recent = at is not None and page.now - datetime.fromisoformat(at) < search.SAME_SEARCH
    earlier = _kept(page)
    return recent and not earlier.empty and typed.refines(earlier)


def _context(page: Page) -> str:
    return f"search:{page.who.staff.id if page.who.staff is not None else 0}"


def _kept(page: Page) -> search.Typed:
    sealed = page.who.auth.data.get(KEPT) if page.who.auth is not None else None
    if not sealed:
        return search.Typed()
    values = unseal_json(page.site.vault.kek, bytes.fromhex(sealed), _context(page))
    return search.Typed.from_values(values)


def _keep(page: Page, typed: search.Typed, *, counted: bool) -> None:
    if page.who.auth is None:
        return
    # typing on does not begin the minute anew: nobody searches all day for one count
    at = {"searched_at": page.now.isoformat()} if counted else {}
    sealed = seal_json(page.site.vault.kek, typed.values(), _context(page)).hex()
    page.who.auth.data = page.who.auth.data | {KEPT: sealed} | at


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.SEARCH_HOUSEHOLDS
    return [
        staff_route("GET", "/households", show, permission),
        staff_route("POST", "/households/search", submit, permission, shows=show),
        staff_route("POST", "/households/clear", clear, permission),
    ]
