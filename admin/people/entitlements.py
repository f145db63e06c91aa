"""The children behind a sum of the dashboard, state by state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.page import Page
from portal.domain.desk.casework import drill_down
from portal.domain.desk.casework.drill_down import EntitlementRow, Listed
from portal.domain.desk.casework.list_page import ListPage
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.entitlements.states import ALL
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


@dataclass(frozen=True, slots=True)
class EntitlementsView(View):
    """What ``admin/people/entitlements.html`` shows."""

    state: str
    states: tuple[str, ...]
    rows: Sequence[EntitlementRow]
    more: bool
    listed: Listed


def show(page: Page) -> Response[Any]:
    """List the children in one state."""
    state = str(page.params.get("status", ""))
    if state not in ALL:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    typed = page.query.get("after", "0")
    after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    rows = drill_down.children_in(page.session, ListPage(state, after), include_protected=may_know)
    return page.render(
        "admin/people/entitlements.html",
        EntitlementsView(
            state=state,
            states=ALL,
            rows=rows[: drill_down.PAGE],
            more=len(rows) > drill_down.PAGE,
            listed=drill_down.listed(page.session, state, include_protected=may_know),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/entitlements/{status:str}", show, Permission.OPEN_HOUSEHOLD)]
