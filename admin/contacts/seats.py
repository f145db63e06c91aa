"""The agent's seat: chosen when going on duty, so that the number of who calls it comes along."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.contacts.floor.forgetting import KEPT
from portal.domain.contacts.floor.models import FloorSeat
from portal.domain.contacts.floor.seats import leave_seat, seat_of, take_seat
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.answer import Reply
from portal.platform.view import View

PLACE = "/floor/seat"


class SeatView(View, frozen=True):
    """What ``admin/contacts/seat.html`` shows; ``days``: how long a number is kept."""

    seat: FloorSeat | None
    days: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show at which seat the person sits, and the field for another."""
    staff = page.who.staff
    seat = seat_of(page.session, staff.id) if staff is not None else None
    return page.render(
        "admin/contacts/seat.html",
        SeatView(seat=seat, days=KEPT.days, said=page.query.get("said", "")),
        status_code,
    )


def take(page: Page) -> Reply:
    """Sit down at a seat."""
    return carry_out_once(
        page,
        lambda: take_seat(page.work, page.form.get("extension")),
        f"{PLACE}?said=taken",
        Again(show, "extension"),
    )


def leave(page: Page) -> Reply:
    """Leave the seat."""
    leave_seat(page.work)
    return page.redirect(f"{PLACE}?said=left")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.HANDLE_CALLS
    return [
        staff_route("GET", PLACE, show, permission),
        staff_route("POST", f"{PLACE}/take", take, permission, shows=show),
        staff_route("POST", f"{PLACE}/leave", leave, permission),
    ]
