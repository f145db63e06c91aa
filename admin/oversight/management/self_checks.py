"""The dated self-checks: the last one of each subject, and the review of rights by a person."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.oversight.registers.self_checks import Standing, review_rights, standings
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View


class SelfChecksView(View, frozen=True):
    """What ``admin/oversight/management/self_checks.html`` shows."""

    standings: Sequence[Standing]
    keeps: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show when each was last made, by whom, what it found, and when it is due again."""
    return page.render(
        "admin/oversight/management/self_checks.html",
        SelfChecksView(
            standings=standings(page.work),
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def review(page: Page) -> Response[Any]:
    """Record the review of all accounts and their rights."""
    form = page.form
    return carry_out_once(
        page,
        lambda: review_rights(page.work, form.get("wanting"), form.get("note")),
        "/self-checks?said=made",
        Again(show, "wanting", named=True),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/self-checks", show, Permission.SEE_MANAGEMENT),
        staff_route("POST", "/self-checks/review", review, Permission.KEEP_MANAGEMENT, shows=show),
    ]
