"""The stop desk: codes to be voided go to the issuer as a list; answers are recorded singly."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from portal.domain.desk.casework import stops
from portal.domain.desk.casework.stops import StopAnswer, StopRow
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


def _rows(page: Page) -> list[stops.StopRow]:
    return stops.waiting_stops(
        page.work, include_protected=allowed(page, Permission.KNOW_PROTECTED)
    )


class StopsView(View, frozen=True):
    """What ``admin/desk/stops.html`` shows."""

    rows: Sequence[StopRow]
    answers: Sequence[StopAnswer]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the codes that wait for an issuer's answer."""
    return page.render(
        "admin/desk/stops.html",
        StopsView(rows=_rows(page), answers=tuple(StopAnswer), said=page.query.get("said", "")),
        status_code,
    )


def list_file(page: Page) -> Response[Any]:
    """Send the list for the issuer, and log that it was taken."""
    rows = _rows(page)
    record(page.work, "coupon.stop_list", "coupon", count=len(rows))
    return page.download("stop-list.csv", stops.as_csv(rows))


def answer(page: Page) -> Response[Any]:
    """Record the issuer's answer about one code."""
    choice = StopAnswer.known(page.form.get("answer"))
    number = number_in_address(page, "coupon_id")
    if choice is None:
        page.form.error(f"answer-{number}", _s("発行者の答えを選んでください。"))
        return show(page, 422)
    if first_post(page):
        act = stops.confirm if choice is StopAnswer.STOPPED else stops.found_spent
        act(page.work, number, include_protected=allowed(page, Permission.KNOW_PROTECTED))
    return page.redirect(f"/stops?said={choice}")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.DECIDE_REQUESTS
    return [
        staff_route("GET", "/stops", show, act),
        staff_route("POST", "/stops/list", list_file, act),
        staff_route("POST", "/stops/{coupon_id:int}/answer", answer, act, shows=show),
    ]
