"""Silent calls for the supervisor: an agent's key, the list of who calls, and the live line."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import number_in_address, staff_route
from admin.call_bar import HELP_CALL, HELP_KEY_OFF
from admin.contacts import call_words
from admin.page import Page
from portal.domain.contacts.calls.queries import opened_last
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.floor.seats import seats_of
from portal.domain.contacts.line import help_calls
from portal.domain.contacts.line.help_calls import Calling
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again, carry_out
from portal.platform.view import View


class CallingRow(Struct, frozen=True):
    """Somebody who calls, as written in the list."""

    id: int
    where: str
    since: str
    waiting: bool
    taken_by: str


class HelpCallsView(View, frozen=True):
    """What ``admin/contacts/calls/help_calls.html`` shows."""

    rows: Sequence[CallingRow]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List who calls, the first first."""
    found = help_calls.open_calls(page.session)
    seats = seats_of(page.session, {one.agent_id for one in found})
    names = staff_names(page.session, {one.taken_by for one in found if one.taken_by is not None})
    rows = [
        CallingRow(
            one.id,
            _where(one, seats),
            _since(one),
            one.waiting,
            names.get(one.taken_by or 0, ""),
        )
        for one in found
    ]
    return page.render(
        "admin/contacts/calls/help_calls.html", HelpCallsView(rows=rows), status_code
    )


def _where(one: Calling, seats: Mapping[int, str]) -> str:
    """Return who calls and where: the seat that the person took, if any, line and language."""
    seat = seats.get(one.agent_id)
    parts = (
        one.name,
        _s("席 %(seat)s") % {"seat": seat} if seat else "",
        one.line,
        call_words.language(one.language) if one.language else "",
    )
    return "・".join(part for part in parts if part)


def _since(one: Calling) -> str:
    return one.since.astimezone(JST).strftime("%H:%M")


def now(page: Page) -> Response[Any]:
    """Say in one line who calls and since when; nothing while nobody does."""
    waiting = [one for one in help_calls.open_calls(page.session) if one.waiting]
    seats = seats_of(page.session, {one.agent_id for one in waiting})
    line = "、".join(
        _s("%(where)s（%(time)sから）") % {"where": _where(one, seats), "time": _since(one)}
        for one in waiting
    )
    text = _s("呼んでいます：%(who)s") % {"who": line} if line else ""
    return page.send(text.encode(), "text/plain; charset=utf-8", {"cache-control": "no-store"})


def call(page: Page) -> Response[Any]:
    """Call the supervisor; nothing on the answer speaks of it aloud."""
    row = help_calls.call_for_help(page.work)
    _keep(page, {HELP_CALL: row.id})
    return _back(page)


def withdraw(page: Page) -> Response[Any]:
    """Call one's own call off; one that has ended meanwhile is over anyway."""
    if page.actor.id is not None and help_calls.open_of(page.session, page.actor.id) is not None:
        help_calls.withdraw(page.work)
    _keep(page, {HELP_CALL: 0})
    return _back(page)


def switch_key(page: Page) -> Response[Any]:
    """Switch the key of this session on or off; the button stays."""
    _keep(page, {HELP_KEY_OFF: page.form.get("off") == "1"})
    return _back(page)


def _keep(page: Page, values: dict[str, int | bool]) -> None:
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | values


def _back(page: Page) -> Response[Any]:
    going_on = current_call(page.work)
    shown = opened_last(page.session, going_on.id) if going_on is not None else None
    return page.redirect(f"/desk/{shown}" if shown else "/desk")


def take(page: Page) -> Response[Any]:
    """Be on the way to who calls."""
    key = number_in_address(page, "help_id")
    return carry_out(
        page,
        lambda: help_calls.take(page.work, key),
        "/help-calls",
        Again(show, "step", status=409, but=NotFoundError),
    )


def finish(page: Page) -> Response[Any]:
    """Record that whoever called was helped."""
    key = number_in_address(page, "help_id")
    return carry_out(
        page,
        lambda: help_calls.finish(page.work, key),
        "/help-calls",
        Again(show, "step", status=409, but=NotFoundError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, lead = Permission.HANDLE_CALLS, Permission.SUPERVISE_CALLS
    return [
        staff_route("POST", "/help-calls/call", call, handle),
        staff_route("POST", "/help-calls/withdraw", withdraw, handle),
        staff_route("POST", "/help-calls/key", switch_key, handle),
        staff_route("GET", "/help-calls", show, lead),
        staff_route("GET", "/help-calls/now", now, lead),
        staff_route("POST", "/help-calls/{help_id:int}/take", take, lead, shows=show),
        staff_route("POST", "/help-calls/{help_id:int}/finish", finish, lead, shows=show),
    ]
