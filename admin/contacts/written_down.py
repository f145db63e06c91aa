"""Calls from paper: the blank form for downtime, later entry, and a live call about one."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import call_form
from admin.contacts.call_form import chosen
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.contacts.calls import later_entry
from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.calls.finishing import FieldsError
from portal.domain.contacts.calls.kinds import (
    CallChannel,
    CallLanguage,
    Direction,
    Relation,
    Result,
)
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.reception_form import reception_form_pdf
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

PLACE = "/calls/written-down"
SOMEBODY_ELSE = "none"
"""The choice of an agent for somebody without an account."""


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None


class WrittenDownView(View, frozen=True):
    """What ``admin/contacts/calls/written_down.html`` shows."""

    rows: Sequence[tuple[Call, str]]
    more: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the sheets that were entered, newest first, and what to do during downtime."""
    rows = later_entry.written_down(
        page.session, before=_number(page.query.get("before", "")) or 0, limit=later_entry.PAGE + 1
    )
    return page.render(
        "admin/contacts/calls/written_down.html",
        WrittenDownView(
            rows=rows[: later_entry.PAGE],
            more=len(rows) > later_entry.PAGE,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


class WrittenDownNewView(View, frozen=True):
    """What ``admin/contacts/calls/written_down_new.html`` shows."""

    people: Sequence[StaffUser]
    me: int
    channels: Sequence[CallChannel]
    directions: Sequence[Direction]
    spoken: Sequence[CallLanguage]
    categories: Mapping[str, tuple[str, ...]]
    results: Sequence[Result]
    somebody_else: str
    asks_same: bool


def show_form(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the content of a sheet."""
    return page.render(
        "admin/contacts/calls/written_down_new.html",
        WrittenDownNewView(
            people=later_entry.desk_people(page.session),
            me=page.who.staff.id if page.who.staff is not None else 0,
            channels=list(CallChannel),
            directions=list(Direction),
            spoken=list(CallLanguage),
            categories=CATEGORIES,
            results=list(Result),
            somebody_else=SOMEBODY_ELSE,
            asks_same="same_is_right" in page.form.errors,
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Enter a sheet once; faults are shown beside their fields."""
    form = page.form
    after = call_form.read(form)
    started_at = typed_instant(form, "started_on", "started_at")
    ended_at = typed_instant(
        form, "ended_on" if form.get("ended_on").strip() else "started_on", "ended_at"
    )
    if not form.ok or started_at is None or ended_at is None:
        return show_form(page, 422)
    sheet = later_entry.WrittenDown(
        started_at,
        ended_at,
        after,
        _number(form.get("agent")),
        form.get("agent_name") if form.get("agent") == SOMEBODY_ELSE else "",
        chosen(CallChannel, form.get("channel"), CallChannel.PHONE),
        chosen(Direction, form.get("direction"), Direction.INBOUND),
        chosen(CallLanguage, form.get("language"), CallLanguage.JA),
        form.get("line"),
        form.get("same_is_right") == "1",
    )
    try:
        with page.session.begin_nested():
            if first_post(page):
                later_entry.write_down(page.work, page.site.program.calendar, sheet)
    except FieldsError as error:
        call_form.put_faults(form, error.faults)
        return show_form(page, 422)
    except InputError as error:
        form.error(error.code, error.message)
        return show_form(page, 422)
    return page.redirect(f"{PLACE}?said=entered")


def start_live_call(page: Page) -> Response[Any]:
    """Start a live call about a sheet; households may be opened only there."""
    return carry_out_once(
        page,
        lambda: later_entry.start_live_call(page.work, number_in_address(page, "call_id")),
        "/desk",
        Again(show, "go-on", status=409, only=ConflictError),
    )


def blank_form(page: Page) -> Response[Any]:
    """Send the blank form, in the language of the page."""
    names = {
        "channel": [one.label for one in CallChannel],
        "direction": [one.label for one in Direction],
        "language": [one.label for one in CallLanguage],
        "relation": [one.label for one in Relation],
        "result": [one.label for one in Result],
    }
    pdf = reception_form_pdf(page.site.program, names, page.now)
    return page.show_file("reception-form.pdf", pdf)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle = Permission.HANDLE_CALLS
    return [
        staff_route("GET", PLACE, show, handle),
        staff_route("GET", PLACE + "/new", show_form, handle),
        staff_route("GET", PLACE + "/form.pdf", blank_form, handle),
        staff_route("POST", PLACE + "/submit", submit, handle, shows=show_form),
        staff_route("POST", PLACE + "/{call_id:int}/go-on", start_live_call, handle, shows=show),
    ]
