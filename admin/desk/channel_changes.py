"""Changes of an enrolled channel that wait for confirmation by a second person."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.desk.call_desk.acting import channel
from portal.domain.desk.call_desk.acting.channel import Proposal
from portal.domain.foundation.errors import NotFoundError
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

BASE = "/channel-changes"


class ChannelChangesView(View, frozen=True):
    """What ``admin/desk/channel_changes.html`` shows."""

    rows: Sequence[Proposal]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the waiting proposals."""
    rows = channel.waiting_changes(page.work)
    return page.render(
        "admin/desk/channel_changes.html",
        ChannelChangesView(rows=rows, said=page.query.get("said", "")),
        status_code,
    )


def confirm(page: Page) -> Response[Any]:
    """Let the household enroll its channel anew."""
    return _decide(
        page,
        "confirmed",
        lambda key: channel.confirm(page.work, key),
    )


def refuse(page: Page) -> Response[Any]:
    """Reject a proposal, or withdraw one's own."""
    return _decide(page, "refused", lambda key: channel.refuse(page.work, key))


def _decide(page: Page, said: str, decide: Callable[[int], object]) -> Response[Any]:
    key = number_in_address(page, "approval_id")
    return carry_out_once(
        page, lambda: decide(key), f"{BASE}?said={said}", Again(show, "changes", but=NotFoundError)
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.SUPERVISE_CALLS
    one = BASE + "/{approval_id:int}"
    return [
        staff_route("GET", BASE, show, permission),
        staff_route("POST", one + "/confirm", confirm, permission, shows=show),
        staff_route("POST", one + "/refuse", refuse, permission, shows=show),
    ]
