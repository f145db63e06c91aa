"""A colleague's active sessions, for administrators: list them, and end them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff import own_sessions
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.own_sessions import SessionView
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.people.staff.security_keys import OwnKey, keys_of, month_text
from portal.platform.view import View

CAN = Permission.MANAGE_STAFF


def _colleague(page: Page) -> StaffUser:
    found = staff_user(page.session, number_in_address(page, "staff_id"))
    if found is None:
        raise NotFoundError(_s("この職員は見つかりませんでした。"))
    return found


class StaffSessionsView(View, frozen=True):
    """What ``admin/people/staff_sessions.html`` shows."""

    colleague: StaffUser
    said: str
    sessions: Sequence[SessionView]
    sites: Mapping[str, str]
    keys: Sequence[OwnKey]
    month: Callable[[datetime], str]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the active sessions of one account."""
    colleague = _colleague(page)
    current = page.who.auth.id if page.who.auth is not None else None
    return page.render(
        "admin/people/staff_sessions.html",
        StaffSessionsView(
            colleague=colleague,
            said=page.query.get("said", ""),
            sessions=own_sessions.sessions_of(page.work, colleague.id, current),
            sites={workplace.id: workplace.name for workplace in page.site.program.workplaces},
            keys=keys_of(page.work, colleague.id),
            month=month_text,
        ),
        status_code,
    )


def end_one(page: Page) -> Response[Any]:
    """End one session; one that has ended already, or a double click, is no fault."""
    colleague = _colleague(page)
    try:
        own_sessions.end_session(page.work, colleague.id, number_in_address(page, "session_id"))
    except NotFoundError:
        return page.redirect(f"/staff/{colleague.id}/sessions?said=over")
    return page.redirect(f"/staff/{colleague.id}/sessions?said=one")


def end_all(page: Page) -> Response[Any]:
    """End every session of the account (of one's own account: every other one)."""
    colleague = _colleague(page)
    keep = (
        page.who.auth.id
        if page.who.auth is not None and page.who.auth.owner_id == colleague.id
        else None
    )
    own_sessions.end_others(page.work, colleague.id, keep=keep)
    return page.redirect(f"/staff/{colleague.id}/sessions?said=all")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/staff/{staff_id:int}/sessions", show, CAN),
        staff_route("POST", "/staff/{staff_id:int}/sessions/{session_id:int}/end", end_one, CAN),
        staff_route("POST", "/staff/{staff_id:int}/sessions/end-all", end_all, CAN),
    ]
