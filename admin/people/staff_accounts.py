"""Accounts of the staff and what happened to them, for administrators and for the ward.

Administrators deactivate one here.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.page import Page
from portal.domain.people.staff import services
from portal.domain.people.staff.changes import AccountChange, recent_changes
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class StaffAccountsView(View, frozen=True):
    """What ``admin/people/staff_accounts.html`` shows."""

    users: Sequence[StaffUser]
    changes: Sequence[AccountChange]
    manages: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List all accounts, and the newest changes."""
    return page.render(
        "admin/people/staff_accounts.html",
        StaffAccountsView(
            users=services.all_staff(page.session),
            changes=recent_changes(page.session),
            manages=allowed(page, Permission.MANAGE_STAFF),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def deactivate(page: Page) -> Response[Any]:
    """Deactivate an account; repeating it changes nothing."""
    services.deactivate(page.work, number_in_address(page, "staff_id"))
    return page.redirect("/staff?said=deactivated")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/staff", show, Permission.SEE_STAFF),
        staff_route(
            "POST", "/staff/{staff_id:int}/deactivate", deactivate, Permission.MANAGE_STAFF
        ),
    ]
