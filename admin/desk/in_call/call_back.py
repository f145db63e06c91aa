"""Calling back the enrolled number: requested in a call, dialed and confirmed in the next."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.desk.in_call.household import Desk, at_desk, draw, show
from admin.page import Page
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.verification import confirm_call_back
from portal.domain.desk.call_desk import calling_back
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission


def _act(page: Page, service: Callable[[Work, Call, int], object], said: str) -> Response[Any]:
    """Run a service for the household of the agent's call, and show its page again."""
    desk = at_desk(page)
    if not isinstance(desk, Desk):
        return desk
    try:
        if first_post(page):
            service(page.work, desk.call, desk.household.id)
    except NotAllowedError as error:
        page.form.error("call-back", error.message)
        return draw(page, desk, 422)
    return page.redirect(f"{desk.address}?said={said}")


def ask(page: Page) -> Response[Any]:
    """Record that the household is to be called back."""
    return _act(page, calling_back.ask_call_back, "call_back")


def dial(page: Page) -> Response[Any]:
    """Show the number to dial for five minutes."""
    return _act(page, calling_back.show_number, "dial")


def confirm(page: Page) -> Response[Any]:
    """Record that the enrolled number was called and that somebody answered."""
    return _act(page, confirm_call_back, "called_back")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.HANDLE_CALLS
    base = "/desk/{household_id:int}"
    return [
        staff_route("POST", base + "/call-back", ask, permission, shows=show),
        staff_route("POST", base + "/dial", dial, permission, shows=show),
        staff_route("POST", base + "/called-back", confirm, permission, shows=show),
    ]
