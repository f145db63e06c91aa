"""Households that somebody opened with a reason: another person reviews each within a day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.desk.openings import queries, services
from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.queries import OpeningRow, Reviewer
from portal.domain.desk.openings.states import OpeningState
from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View


def reviewer_of(page: Page) -> Reviewer:
    """Return what the signed-in person reviews."""
    staff = page.who.staff
    return Reviewer(
        staff.id if staff is not None else 0,
        Organization(staff.organization) if staff is not None else Organization.SUBCONTRACTOR,
        knows_protected=allowed(page, Permission.KNOW_PROTECTED),
        reads_words=allowed(page, Permission.OPEN_WITH_REASON),
    )


class OpeningsView(View, frozen=True):
    """What ``admin/desk/openings.html`` shows."""

    rows: Sequence[OpeningRow]
    more: bool
    every: bool
    mine: bool
    words_of: Mapping[int, str]
    followed: Mapping[int, Sequence[str]]
    names: Mapping[int, str]
    me: int
    now: datetime
    opens: bool
    sees_incidents: bool
    reads_words: bool
    waiting: type[OpeningState]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the openings that wait for a review, or for this person's, or all, newest first."""
    reviewer, view = reviewer_of(page), page.query.get("view", "")
    every, mine = view == "all", view == "mine"
    typed = page.query.get("before", "0")
    before = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 16 else 0
    most = queries.PAGE + 1
    found = queries.listed(
        page.session, reviewer, every=every, before=before, limit=most, of_others=mine
    )
    rows = found[: queries.PAGE]
    reviewers = {row.opening.reviewed_by for row in rows if row.opening.reviewed_by is not None}
    return page.render(
        "admin/desk/openings.html",
        OpeningsView(
            rows=rows,
            more=len(found) > queries.PAGE,
            every=every,
            mine=mine,
            words_of={
                row.opening.id: services.words_of(page.work, row.opening, row.household)
                for row in rows
            }
            if reviewer.reads_words
            else {},
            followed=queries.what_followed(page.session, [row.opening for row in rows]),
            names=staff_names(page.session, reviewers),
            me=reviewer.staff_id,
            now=page.now,
            opens=allowed(page, Permission.OPEN_HOUSEHOLD),
            sees_incidents=allowed(page, Permission.SEE_INCIDENTS),
            reads_words=reviewer.reads_words,
            waiting=OpeningState,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def justify(page: Page) -> Response[Any]:
    """Record that an opening was needed."""
    return _review(page, services.justify, "justified")


def question(page: Page) -> Response[Any]:
    """Record that an opening was not justified; that is an incident."""
    return _review(page, services.question, "questioned")


def _review(page: Page, carry_out: Callable[..., HouseholdOpening], said: str) -> Response[Any]:
    key = number_in_address(page, "opening_id")
    return carry_out_once(
        page,
        lambda: carry_out(page.work, reviewer_of(page), key),
        f"/openings?said={said}",
        Again(show, "openings", status=409, only=(ConflictError, NotAllowedError)),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission, one = Permission.REVIEW_OPENINGS, "/openings/{opening_id:int}"
    return [
        staff_route("GET", "/openings", show, permission),
        staff_route("POST", one + "/justify", justify, permission, shows=show),
        staff_route("POST", one + "/question", question, permission, shows=show),
    ]
