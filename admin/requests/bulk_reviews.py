"""Pages for accepting several requests at once: chosen, counted, accepted.

The last page names those that were left out, with the reason.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, staff_route
from admin.page import Page
from admin.requests.review_queue import show_queue
from portal.domain.desk.casework.reviews import bulk as bulk_review
from portal.domain.desk.casework.reviews import queue as review_queue
from portal.domain.desk.casework.reviews.bulk import LeftOut, Plan
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

MARK = "id_"
CHOSEN, DONE = "bulk_chosen", "bulk_done"


def _whole(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None


def choose(page: Page) -> Response[Any]:
    """Store the ticked requests that this person may know of, and go on to the preview."""
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    found = []
    for name, value in page.form.values.items():
        number, version = _whole(name.removeprefix(MARK)), _whole(value)
        if not name.startswith(MARK) or number is None or version is None:
            continue
        if review_queue.one(page.session, number, include_protected=may_know) is not None:
            found.append([number, version])
    if not found:
        page.form.error("queue", _s("承認する申請に、しるしをつけてください。"))
        return show_queue(page, 422)
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | {CHOSEN: found}
    return page.redirect("/reviews/bulk")


def _chosen(page: Page) -> list[tuple[int, int]]:
    kept = page.who.auth.data.get(CHOSEN, []) if page.who.auth is not None else []
    return [(int(number), int(version)) for number, version in kept]


class ReviewsBulkView(View, frozen=True):
    """What ``admin/requests/review/bulk.html`` shows."""

    plan: Plan | None
    asked: int
    done: int = 0
    refused: Sequence[LeftOut] = ()


def preview(page: Page) -> Response[Any]:
    """Show what would be accepted, before anything is."""
    chosen = _chosen(page)
    if not chosen:
        return page.redirect("/reviews")
    planned = bulk_review.plan(page.work, [number for number, _version in chosen])
    return page.render(
        "admin/requests/review/bulk.html", ReviewsBulkView(plan=planned, asked=len(chosen))
    )


def accept(page: Page) -> Response[Any]:
    """Accept the chosen requests; those that were refused are stored for the next page."""
    chosen = _chosen(page)
    if chosen and first_post(page):
        done, refused = bulk_review.accept_all(page.work, chosen)
        left = [[one.request_id, one.receipt_no, one.why] for one in refused]
        if page.who.auth is not None:
            page.who.auth.data = page.who.auth.data | {CHOSEN: [], DONE: [len(done), left]}
    return page.redirect("/reviews/bulk/done")


def show_done(page: Page) -> Response[Any]:
    """Show how many were accepted, and why the others were not."""
    kept = page.who.auth.data.get(DONE) if page.who.auth is not None else None
    if not kept:
        return page.redirect("/reviews")
    count, left = kept
    refused = [
        bulk_review.LeftOut(int(number), str(receipt), str(why)) for number, receipt, why in left
    ]
    return page.render(
        "admin/requests/review/bulk.html",
        ReviewsBulkView(plan=None, done=count, refused=refused, asked=count + len(left)),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.DECIDE_REQUESTS
    return [
        staff_route("POST", "/reviews/bulk/choose", choose, act, shows=show_queue),
        staff_route("GET", "/reviews/bulk", preview, act),
        staff_route("POST", "/reviews/bulk/accept", accept, act),
        staff_route("GET", "/reviews/bulk/done", show_done, act),
    ]
