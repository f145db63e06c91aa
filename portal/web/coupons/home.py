"""Home: one card per child with the coupon's state and last day in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.mailroom.incidents.fault_queries import has_fault
from portal.domain.people.households.models import Household
from portal.domain.people.households.moved import has_moved_child
from portal.domain.people.signin.changes import has_waiting_change, waiting_changes
from portal.domain.people.signin.own_family import Also, Family, FamilyRead
from portal.domain.requests.declines.queries import wish_of
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import has_request, waiting_for_resident
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, with_family
from portal.web.access import signed_in
from portal.web.coupons.next_steps import Asked, NextStep, next_steps
from portal.web.coupons.tickets import Ticket, family_of, tickets_of_household
from portal.web.coupons.ways_left import WaysLeft, ways_left
from portal.web.signin.activation import own_credential
from portal.web.wanted import has_arrived

READ = FamilyRead(
    {
        Also.REQUESTS: has_request(Household.id),
        Also.FAULTS: has_fault(Household.id),
        Also.MOVED: has_moved_child(Household.id),
        Also.CHANGES: has_waiting_change(),
    }
)


class HomeView(View, frozen=True):
    """What ``portal/coupons/home.html`` shows."""

    tickets: Sequence[Ticket]
    total: int
    own_password: bool
    steps: Sequence[NextStep]
    wish: Request | None
    left: WaysLeft


def show(page: Page) -> Response[Any]:
    """Show all children of the household, or after a sign-in the only coupon (``_only_shown``)."""
    program, family = page.site.program, family_of(page)
    tickets = tickets_of_household(page)
    if has_arrived(page) and (only := _only_shown(tickets, family)) is not None:
        return page.redirect(f"/coupon/{only.ordinal}")
    asked = Also.REQUESTS in family.also
    wish = wish_of(page.session, family.id) if asked else None
    waiting = waiting_for_resident(page.session, family.id) if asked else []
    return page.render(
        "portal/coupons/home.html",
        HomeView(
            tickets=tickets,
            total=sum(t.amount_yen for t in tickets if t.can_show),
            own_password=family.own_password,
            steps=next_steps(
                Asked(
                    Also.CHANGES in family.also and _has_changes(page),
                    [row for row in waiting if wish is None or row.id != wish.id],
                ),
                tickets,
                _closing(program, page.now),
            ),
            wish=wish,
            left=ways_left(page, tickets),
        ),
    )


def _has_changes(page: Page) -> bool:
    return bool(waiting_changes(page.session, own_credential(page), page.now))


def _only_shown(tickets: Sequence[Ticket], family: Family) -> Ticket | None:
    """Return the one coupon of a household if it was shown before and nothing else waits there.

    None of one that was never shown: that is always a press, after its warning.
    """
    waits = {Also.CHANGES, Also.REQUESTS, Also.FAULTS} & family.also
    if len(tickets) != 1 or waits:
        return None
    (only,) = tickets
    return only if only.can_show and only.shown_before else None


def _closing(program: Program, now: datetime) -> list[Window]:
    """Return the windows that close soon; none for paper where the program has none."""
    return [
        window
        for window in program.windows.announced(now)
        if program.alternatives or window.kind is not WindowKind.ALTERNATIVE
    ]


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", "/home", show, signed_in, "signed_in", load=with_family(READ))]
