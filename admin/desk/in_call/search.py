"""The call desk's search: by what the caller can tell, only in a call, masked.

The typed text is never part of an address.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import first_post, staff_route
from admin.desk.in_call.follow_ups import FollowUpsView, follow_ups_of
from admin.desk.in_call.scripts import ScriptsView, scripts_beside
from admin.page import Page
from portal.domain.contacts.calls.kinds import CallChannel, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.floor.seats import caller_at_seat
from portal.domain.desk.call_desk.acting.on_behalf import spoken
from portal.domain.desk.call_desk.answer_words import Answer
from portal.domain.desk.call_desk.calling_back import Waiting, waiting_for_call_back
from portal.domain.desk.call_desk.next_words import to_ask
from portal.domain.desk.call_desk.search import Asked, AskedError, Hits, find, search
from portal.domain.desk.casework.masking import mask_name
from portal.domain.desk.finding.numbers import taken_as
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.people.households.finder import SearchNotReadyError
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.notices.phones import national
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.locale import html_lang
from portal.platform.view import View

KEPT = "desk"


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the search and the last hits in this call; without a call, how to start one."""
    call = page.who.call
    if call is None:
        return no_call(page, status_code)
    asked = kept(page, call) if page.method == "GET" else Asked.from_values(dict(page.form.values))
    hits = None
    if asked.used and page.form.ok:
        hits = _find(page, asked)
    return _answer(page, call, asked, hits, status_code)


def no_call(page: Page, status_code: int = 403) -> Response[Any]:
    """Show that a call is needed first, with the button that starts one."""
    return page.render("admin/desk/in_call/no_call.html", status_code=status_code)


def submit(page: Page) -> Response[Any]:
    """Search, count the search and log it; a household found by a number is opened at once."""
    call = page.who.call
    if call is None:
        return no_call(page)
    asked = Asked.from_values(dict(page.form.values))
    if asked.telephone == page.form.get("caller") and len(asked.used) > 1:
        asked = replace(asked, telephone="")  # nobody typed it: what was typed decides
    return look(page, call, asked)


def look(page: Page, call: Call, asked: Asked) -> Response[Any]:
    """Carry out a search of a call and show its hits, or what is wrong with it."""
    try:
        # Only what was found before is found again for nothing: a refused search is refused again.
        if not first_post(page) and kept(page, call) == asked:
            hits = find(page.work, asked)
        else:
            hits = search(page.work, asked, call)
    except SearchNotReadyError as error:
        page.form.error(asked.used[0], error.message)
        return _answer(page, call, asked, None, 503)
    except AskedError as error:
        for name, sentence in error.faults.items():
            page.form.error(name, sentence)
        return _answer(page, call, asked, None, 422)
    except ThrottledError as error:
        page.form.error("number", error.message)
        return _answer(page, call, asked, None, 429)
    _keep(page, call, asked)
    return page.redirect(f"/desk/{hits.only_one.id}" if hits.only_one is not None else "/desk")


def clear(page: Page) -> Response[Any]:
    """Clear the last search."""
    if page.who.auth is not None:
        page.who.auth.data = {
            name: value for name, value in page.who.auth.data.items() if name != KEPT
        }
    return page.redirect("/desk")


def _find(page: Page, asked: Asked) -> Hits | None:
    try:
        return find(page.work, asked)
    except SearchNotReadyError as error:
        page.form.error(asked.used[0], error.message)
    except AskedError:
        pass
    return None


class CallerRow(Struct, frozen=True):
    """A household in the list of hits.

    It has enough to distinguish two families, and nothing that a caller is asked for.
    """

    id: int
    name: str
    kana: str
    children: int
    state: str


class DeskView(View, frozen=True):
    """What ``admin/desk/in_call/search.html`` shows."""

    call: Call
    asked: Asked
    found: Hits | None
    rows: Sequence[CallerRow]
    taken_as: str
    to_say: Sequence[Answer]
    spoken_lang: str
    waiting: Sequence[Waiting]
    follow_ups: FollowUpsView
    scripts: ScriptsView
    caller: str


def _caller(page: Page, call: Call, asked: Asked) -> str:
    """Return the number that fills the search: of who calls the seat, as long as nothing is typed.

    It is offered to the eye of the agent and searched by nobody else (decision 0072).
    """
    if page.method != "GET":
        return page.form.get("caller")
    if asked.used or call.channel != CallChannel.PHONE or call.is_outbound:
        return ""
    return national(caller_at_seat(page.work))


def _answer(
    page: Page, call: Call, asked: Asked, hits: Hits | None, status_code: int
) -> Response[Any]:
    locale = spoken(call)
    outbound = call.direction == Direction.OUTBOUND
    caller = _caller(page, call, asked)
    shown = DeskView(
        call=call,
        asked=asked if asked.used else replace(asked, telephone=caller),
        found=hits,
        rows=[_row(view) for view in hits.households] if hits is not None else [],
        taken_as=taken_as(asked.number) if hits is not None and asked.number else "",
        to_say=to_ask(asked, hits, locale) if hits is not None else [],
        spoken_lang=html_lang(locale),
        waiting=waiting_for_call_back(page.session, page.now) if outbound else [],
        follow_ups=follow_ups_of(page, call),
        scripts=scripts_beside(page, call),
        caller=caller,
    )
    return page.render("admin/desk/in_call/search.html", shown, status_code)


def _row(view: HouseholdView) -> CallerRow:
    fields = view.fields
    return CallerRow(
        view.id, mask_name(fields.name), mask_name(fields.kana), len(view.children), view.state
    )


def _context(page: Page, call: Call) -> str:
    return f"desk:{page.who.staff.id if page.who.staff is not None else 0}:{call.id}"


def kept(page: Page, call: Call) -> Asked:
    """Return the last search of this call; nothing of an earlier caller's."""
    entry = page.who.auth.data.get(KEPT) if page.who.auth is not None else None
    if not entry or entry["call"] != call.id:
        return Asked()
    return Asked.from_values(
        unseal_json(page.site.vault.kek, bytes.fromhex(entry["sealed"]), _context(page, call))
    )


def _keep(page: Page, call: Call, asked: Asked) -> None:
    if page.who.auth is None:
        return
    sealed = seal_json(page.site.vault.kek, asked.values(), _context(page, call)).hex()
    page.who.auth.data = page.who.auth.data | {KEPT: {"call": call.id, "sealed": sealed}}


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.HANDLE_CALLS
    return [
        staff_route("GET", "/desk", show, permission),
        staff_route("POST", "/desk/search", submit, permission, shows=show),
        staff_route("POST", "/desk/clear", clear, permission),
    ]
