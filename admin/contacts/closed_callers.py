"""Households that five wrong tries closed to callers today, and the lifting of that."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.contacts.calls.lifting import Closed, LiftReason, closed_today, lift
from portal.domain.foundation.clock import jst_date
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View


class ClosedCallersView(View, frozen=True):
    """What ``admin/contacts/calls/closed_callers.html`` shows."""

    rows: Sequence[Closed]
    reasons: Sequence[LiftReason]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the households that are closed to callers today, as far as this person may know."""
    known = allowed(page, Permission.KNOW_PROTECTED)
    return page.render(
        "admin/contacts/calls/closed_callers.html",
        ClosedCallersView(
            rows=closed_today(page.session, jst_date(page.now), include_protected=known),
            reasons=list(LiftReason),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def let_in(page: Page) -> Response[Any]:
    """Let callers of a household be verified again today."""
    key = number_in_address(page, "household_id")
    field = f"reason-{key}"
    return carry_out_once(
        page,
        lambda: lift(page.work, key, page.form.get(field)),
        "/closed-callers?said=lifted",
        Again(show, "closed", {"reason": field}),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may = Permission.LIFT_CLOSURES
    return [
        staff_route("GET", "/closed-callers", show, may),
        staff_route("POST", "/closed-callers/{household_id:int}/lift", let_in, may, shows=show),
    ]
