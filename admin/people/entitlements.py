"""The children behind a figure of the start page: by state, or by how they were reached."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin import words
from admin.access import allowed, staff_route
from admin.page import Page
from portal.domain.desk.casework import drill_down
from portal.domain.desk.casework.drill_down import Behind, EntitlementRow, Listed
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.texts import _s
from portal.domain.people.entitlements.states import ALL
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class Choice(Struct, frozen=True):
    """Another list of the same kind: where it leads, its words, and whether it is this one."""

    to: str
    words: str
    current: bool


class EntitlementsView(View, frozen=True):
    """What ``admin/people/entitlements.html`` shows."""

    title: str
    choices: Sequence[Choice]
    place: str
    rows: Sequence[EntitlementRow]
    more: bool
    claimed: bool
    listed: Listed


def show(page: Page) -> Response[Any]:
    """List the children in one state, all or those with an open request."""
    state = str(page.params.get("status", ""))
    if state not in ALL:
        raise _unknown()
    choices = [Choice(f"/entitlements/{one}", words.entitlement(one), one == state) for one in ALL]
    return _listed(page, Behind(state, claimed=page.query.get("claimed") == "1"), choices)


def show_delivered(page: Page) -> Response[Any]:
    """List the children who were reached in one way."""
    way = DeliveredMeans.known(str(page.params.get("means", "")))
    if way is None:
        raise _unknown()
    choices = [Choice(f"/delivered/{one.value}", one.label, one is way) for one in DeliveredMeans]
    return _listed(page, Behind(way), choices)


def _unknown() -> NotFoundError:
    return NotFoundError(_s("お探しのページは見つかりませんでした。"))


def _listed(page: Page, wanted: Behind, choices: Sequence[Choice]) -> Response[Any]:
    typed = page.query.get("after", "0")
    after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    knows = allowed(page, Permission.KNOW_PROTECTED)
    rows = drill_down.children_behind(page.session, wanted, after, include_protected=knows)
    here = next(one for one in choices if one.current)
    return page.render(
        "admin/people/entitlements.html",
        EntitlementsView(
            title=here.words,
            choices=choices,
            place=here.to,
            rows=rows[: drill_down.PAGE],
            more=len(rows) > drill_down.PAGE,
            claimed=wanted.claimed,
            listed=drill_down.listed(page.session, wanted, include_protected=knows),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    # beside the figure, which has all children, a list without the protected ones would tell when
    # one of those was reached
    whole = Permission.KNOW_PROTECTED
    return [
        staff_route("GET", "/entitlements/{status:str}", show, Permission.OPEN_HOUSEHOLD),
        staff_route("GET", "/delivered/{means:str}", show_delivered, whole),
    ]
