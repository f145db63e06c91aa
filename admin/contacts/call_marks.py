"""Marks of calls: set after one's own call, counted for supervisors, never beside a household."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.page import Page
from portal.domain.contacts.line import marks
from portal.domain.contacts.line.kinds import MarkReason
from portal.domain.contacts.line.marks import MarkedCall
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again, carry_out
from portal.platform.view import View


class CallMarkView(View, frozen=True):
    """What ``admin/contacts/calls/call_mark.html`` shows: the call by its key alone."""

    call_id: int
    reasons: Sequence[MarkReason]
    marked: str
    goes_on: date


def show_one(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the reason why a call of one's own is marked."""
    call = marks.own_call(page.work, number_in_address(page, "call_id"))
    found = marks.reason_of(page.session, call.id)
    return page.render(
        "admin/contacts/calls/call_mark.html",
        CallMarkView(
            call_id=call.id,
            reasons=list(MarkReason),
            marked=found.reason if found is not None else "",
            goes_on=marks.six_months_after(call.day),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Mark the call."""
    key = number_in_address(page, "call_id")
    return carry_out(
        page,
        lambda: marks.mark(page.work, key, page.form.get("reason")),
        f"/calls/{key}/mark",
        Again(show_one, "reason", but=NotFoundError),
    )


def clear(page: Page) -> Response[Any]:
    """Take the mark away."""
    key = number_in_address(page, "call_id")
    return carry_out(
        page,
        lambda: marks.clear(page.work, key),
        f"/calls/{key}/mark",
        Again(show_one, "reason", but=NotFoundError),
    )


class CallMarksView(View, frozen=True):
    """What ``admin/contacts/calls/call_marks.html`` shows."""

    calls: Sequence[MarkedCall]
    counts: Mapping[str, int]
    reasons: Sequence[MarkReason]
    names: Mapping[int, str]


def show(page: Page) -> Response[Any]:
    """List the marked calls of six months: when, in which language, why, and who took them."""
    found = marks.marked_calls(page.session, jst_date(page.now))
    return page.render(
        "admin/contacts/calls/call_marks.html",
        CallMarksView(
            calls=found,
            counts=marks.by_reason(found),
            reasons=list(MarkReason),
            names=staff_names(page.session, {one.marked_by for one in found}),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    handle, one = Permission.HANDLE_CALLS, "/calls/{call_id:int}/mark"
    return [
        staff_route("GET", one, show_one, handle),
        staff_route("POST", one + "/submit", submit, handle, shows=show_one),
        staff_route("POST", one + "/clear", clear, handle, shows=show_one),
        staff_route("GET", "/call-marks", show, Permission.SUPERVISE_CALLS),
    ]
