"""What was agreed with the ward: days and numbers beside the answers that agreed them."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.oversight.management import agreements
from portal.domain.oversight.management.agreements import Agreed, Standing
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

STANDING_MARK = marks(
    {Standing.AGREED: Mark.GOOD, Standing.CHANGED: Mark.STOP, Standing.MISSING: Mark.STOP}
)


class AgreementsView(View, frozen=True):
    """What ``admin/oversight/management/agreements.html`` shows."""

    agreements: Sequence[Agreed]
    answered: Sequence[int]
    decides: bool
    standing_mark: Callable[[str], Mark]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what the program says, what was agreed, and to the ward how to agree it."""
    return page.render(
        "admin/oversight/management/agreements.html",
        AgreementsView(
            agreements=agreements.agreements(page.work),
            answered=agreements.answered(page.work),
            decides=allowed(page, Permission.DECIDE_MANAGEMENT),
            standing_mark=STANDING_MARK,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def agree(page: Page) -> Response[Any]:
    """Record that an answer of the ward agreed what the program says."""
    key, form = str(page.params["key"]), page.form
    typed = form.get(f"question-{key}")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return carry_out_once(
        page,
        lambda: agreements.agree(page.work, key, number, form.get("seen")),
        "/agreements?said=agreed",
        Again(show, f"question-{key}", {"question": f"question-{key}"}, named=True),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    decide = Permission.DECIDE_MANAGEMENT
    return [
        staff_route("GET", "/agreements", show, Permission.SEE_MANAGEMENT),
        staff_route("POST", "/agreements/{key:str}/agree", agree, decide, shows=show),
    ]
