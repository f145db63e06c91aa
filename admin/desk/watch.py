"""Watch: unusual browsing, and for the auditor requests for protected households; none is named."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.desk import watch_words
from admin.page import Page
from portal.domain.desk.casework import watch
from portal.domain.desk.casework.watch import Incident
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again, carry_out
from portal.platform.view import View

LISTED = 20


class WatchView(View, frozen=True):
    """What ``admin/desk/watch.html`` shows."""

    rows: Sequence[Incident]
    more: bool
    every: bool
    number: int
    waiting: int
    me: int
    links: bool
    of_protected: bool
    said: str
    watch_words: ModuleType


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the unseen incidents, or all of the last thirty days."""
    every = page.query.get("view") == "all"
    typed = page.query.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    found = (
        watch.incidents(page.session, page.who.staff, page.now)
        if page.who.staff is not None
        else []
    )
    rows = [one for one in found if every or one.seen_by is None]
    start = max(0, number - 1) * LISTED
    return page.render(
        "admin/desk/watch.html",
        WatchView(
            rows=rows[start : start + LISTED],
            more=len(rows) > start + LISTED,
            every=every,
            number=max(1, number),
            waiting=sum(one.seen_by is None for one in found),
            me=page.who.staff.id if page.who.staff is not None else 0,
            links=allowed(page, Permission.HANDLE_CALLS),
            of_protected=page.who.staff is not None and watch.is_told_of_protected(page.who.staff),
            said=page.query.get("said", ""),
            watch_words=watch_words,
        ),
        status_code,
    )


def see(page: Page) -> Response[Any]:
    """Record that this person has seen an incident."""
    key = number_in_address(page, "event_id")

    def service() -> None:
        if page.who.staff is not None and first_post(page):
            watch.mark_seen(page.work, page.who.staff, key)

    return carry_out(page, service, "/watch?said=seen", Again(show, "watch"))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.WATCH_BROWSING
    return [
        staff_route("GET", "/watch", show, permission),
        staff_route("POST", "/watch/{event_id:int}/seen", see, permission, shows=show),
    ]
