"""Page of held households by reason, with advice.

Nothing personal is shown, only a link to the household.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.page import Page
from portal.domain.desk.casework import worklists
from portal.domain.desk.casework.list_page import ListPage
from portal.domain.desk.casework.worklists import HoldRow
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD
from portal.domain.people.households.held import held_by_reason, held_households
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class HoldsView(View, frozen=True):
    """What ``admin/mailroom/roster/holds.html`` shows."""

    counts: Mapping[str, int]
    code: str
    waiting: str
    rows: Sequence[HoldRow]
    more: bool
    households: int
    proposed: Mapping[int, Approval]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List open holds: all, of one code, or with a proposal that waits for a second person."""
    protected = allowed(page, Permission.KNOW_PROTECTED)
    counts = held_by_reason(page.session, include_protected=protected)
    code = page.query.get("code", "")
    code = code if code in counts else ""
    waiting = page.query.get("proposed", "")
    waiting = waiting if waiting in worklists.PROPOSALS else ""
    after = page.query.get("after", "0")
    rows = worklists.holds(
        page.session,
        ListPage(
            code, int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
        ),
        include_protected=protected,
        proposed=waiting,
    )
    return page.render(
        "admin/mailroom/roster/holds.html",
        HoldsView(
            counts=counts,
            code=code,
            waiting=waiting,
            rows=rows[: worklists.PAGE],
            more=len(rows) > worklists.PAGE,
            households=held_households(page.session, include_protected=protected),
            proposed=open_for(page.session, RELEASE_HOLD, "hold", [row.id for row in rows]),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/holds", show, Permission.SEE_HOLDS)]
