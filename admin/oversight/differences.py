"""Differences between the issuer's statements and our records, settled one by one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import label_of
from portal.domain.oversight.settlement.households import households_behind
from portal.domain.people.coupons import differences
from portal.domain.people.coupons.models import StatementDifference
from portal.domain.people.coupons.statement_layout import IssuerStatus
from portal.domain.people.coupons.statement_rules import DifferenceKind
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class SettlementDifferencesView(View, frozen=True):
    """What ``admin/oversight/settlement_differences.html`` shows."""

    rows: Sequence[StatementDifference]
    more: bool
    households: Mapping[int, int]
    difference_text: Callable[[str], str]
    status_text: Callable[[str], str]
    may_prepare: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the open differences."""
    after = page.query.get("after", "")
    rows = differences.listed(
        page.session, after=int(after) if after.isascii() and after.isdigit() else 0
    )
    protected = allowed(page, Permission.KNOW_PROTECTED)
    return page.render(
        "admin/oversight/settlement_differences.html",
        SettlementDifferencesView(
            rows=rows,
            more=len(rows) == differences.PAGE,
            households=households_behind(page.session, rows, include_protected=protected)
            if allowed(page, Permission.OPEN_HOUSEHOLD)
            else {},
            difference_text=lambda code: label_of(DifferenceKind, code),
            status_text=lambda code: label_of(IssuerStatus, code),
            may_prepare=allowed(page, Permission.PREPARE_SETTLEMENT),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def settle(page: Page) -> Response[Any]:
    """Record how a difference was settled."""
    number = number_in_address(page, "difference_id")
    try:
        if first_post(page):
            note = page.form.get(f"note-{number}")
            differences.settle(page.work, number, note)
    except InputError as error:
        page.form.error(f"note-{number}", error.message)
        return show(page, 422)
    return page.redirect("/settlement/differences?said=settled")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/settlement/differences"
    return [
        staff_route("GET", base, show, Permission.SEE_SETTLEMENT),
        staff_route(
            "POST",
            base + "/{difference_id:int}/settle",
            settle,
            Permission.PREPARE_SETTLEMENT,
            shows=show,
        ),
    ]
