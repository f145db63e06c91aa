"""The one search box of every page: for a place of the site, or for a household.

It is only a way to what exists: a place that the person may open, or the search that their role
has, with its own rules. What is typed is never part of an address; it is sealed in the session, for
some minutes of the same call.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin import named_places
from admin.access import allowed, first_post, staff_route, works_here
from admin.call_bar import next_call
from admin.desk import search
from admin.desk.in_call import search as search_in_call
from admin.page import Page
from portal.domain.contacts.calls import services
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.desk.call_desk.search import Asked
from portal.domain.desk.finding.numbers import read_numbers
from portal.domain.desk.finding.search import from_one_box
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.people.staff.permissions import Permission, permissions_of
from portal.platform.view import View

MOST_TYPED = 200
KEPT, KEPT_FOR = "box", timedelta(minutes=5)
HOUSEHOLDS = "households"
"""The value of ``only`` that passes by the names of places."""


class PlaceLink(Struct, frozen=True):
    """A place that was found."""

    path: str
    name: str


class FoundView(View, frozen=True):
    """What ``admin/desk/found.html`` shows.

    ``searches``: whether a household can be searched for at once; ``begins``: only in a call that
    has yet to begin.
    """

    typed: str
    links: Sequence[PlaceLink]
    searches: bool
    begins: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show which places the text typed last names, and what else can be done with it."""
    typed = _kept(page) if page.method == "GET" else _typed(page)
    return _answer(page, typed, status_code)


def submit(page: Page) -> Response[Any]:
    """Go to the place that was named, or search for a household as this person may."""
    typed = _typed(page)
    if not typed:
        return page.redirect("/find")
    only_households = page.form.get("only") == HOUSEHOLDS or bool(read_numbers(typed))
    named = named_places.named("" if only_households else typed, _may(page))
    if named.whole and len(named.places) == 1:
        return page.redirect(named.places[0].path)
    if not named.places and works_here(page):
        if page.who.call is not None and allowed(page, Permission.HANDLE_CALLS):
            return search_in_call.look(page, page.who.call, Asked.from_box(typed))
        if allowed(page, Permission.SEARCH_HOUSEHOLDS):
            return search.look(page, from_one_box(typed))
    _keep(page, typed)
    return page.redirect("/find")


def begin(page: Page) -> Response[Any]:
    """Begin a call as its button does, and search for what was typed before it."""
    typed, call = _typed(page), page.who.call
    if call is None:
        line, language = next_call(page)
        try:
            with page.session.begin_nested():
                first_post(page)
                call = services.start_call(page.work, CallDescription(language=language, line=line))
        except ConflictError as error:
            page.form.error("start", error.message)
            return _answer(page, typed, 409)
        page.who = replace(page.who, call=call)
    if not typed:
        return page.redirect("/desk")
    return search_in_call.look(page, call, Asked.from_box(typed))


def _typed(page: Page) -> str:
    return page.form.get("q").strip()[:MOST_TYPED]


def _may(page: Page) -> frozenset[Permission]:
    staff = page.who.staff
    return permissions_of(staff) if staff is not None else frozenset()


def _context(page: Page) -> str:
    call = page.who.call.id if page.who.call is not None else 0
    return f"box:{page.who.staff.id if page.who.staff is not None else 0}:{call}"


def _keep(page: Page, typed: str) -> None:
    if page.who.auth is not None:
        sealed = seal_json(page.site.vault.kek, {"q": typed}, _context(page)).hex()
        kept = {"sealed": sealed, "of": _context(page), "at": page.now.isoformat()}
        page.who.auth.data = page.who.auth.data | {KEPT: kept}


def _kept(page: Page) -> str:
    kept = page.who.auth.data.get(KEPT) if page.who.auth is not None else None
    if not kept or kept["of"] != _context(page):
        return ""
    if page.now - datetime.fromisoformat(kept["at"]) > KEPT_FOR:
        return ""
    opened = unseal_json(page.site.vault.kek, bytes.fromhex(kept["sealed"]), _context(page))
    return str(opened["q"])


def _answer(page: Page, typed: str, status_code: int) -> Response[Any]:
    here = works_here(page)
    found = named_places.named("" if read_numbers(typed) else typed, _may(page)).places
    handles, in_call = allowed(page, Permission.HANDLE_CALLS), page.who.call is not None
    searches = allowed(page, Permission.SEARCH_HOUSEHOLDS) or (handles and in_call)
    shown = FoundView(
        typed=typed,
        links=[PlaceLink(known.path, known.spot.label) for known in found],
        searches=here and searches,
        begins=here and handles and not searches,
    )
    return page.render("admin/desk/found.html", shown, status_code)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    everybody = Permission.OWN_ACCOUNT
    return [
        staff_route("GET", "/find", show, everybody),
        staff_route("POST", "/find/search", submit, everybody, shows=show),
        staff_route("POST", "/find/begin", begin, Permission.HANDLE_CALLS, shows=show),
    ]
