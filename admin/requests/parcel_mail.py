"""Records what happens to a parcel in the mail: posted, delivered, returned, restocked, lost."""

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests.parcels import found_parcel, show_parcel
from portal.domain.desk.casework import parcels_again
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.services import Absence, MailReturn, Posting
from portal.domain.mailroom.tracking import by_hand
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import delivery, lost_parcels, queries
from portal.platform.carrying_out import Again


def _day(page: Page, name: str) -> date:
    typed = whole_date(page.form.get(name))
    if isinstance(typed, date):
        return typed
    page.form.error(name, _s("日付は 2023-05-15 の形で入力してください。"))
    return date.min


def _act(
    page: Page, field: str, said: str, work: Callable[[queries.ParcelView], object]
) -> Response[Any]:
    """Carry out one step of a parcel; a refusal comes back beside ``field``."""
    view = found_parcel(page)
    if not page.form.ok:
        return show_parcel(page, 422)
    place = f"/parcels/{view.parcel.id}?said={said}"
    return carry_out_once(page, lambda: work(view), place, Again(show_parcel, field))


def post(page: Page) -> Response[Any]:
    """Record that the parcel was handed to the post, for the first time or again."""
    day, form = _day(page, "posted_on"), page.form

    def work(view: queries.ParcelView) -> None:
        again = view.shipment is not None and view.shipment.state == "returned"
        send = parcels_again.repost if again else delivery.post
        posting = Posting(day, form.get("mail_class"), form.get("tracking_no"))
        send(page.work, view.parcel.id, posting)

    return _act(page, "tracking_no", "posted", work)


def absent(page: Page) -> Response[Any]:
    """Record a failed delivery attempt."""
    day = _day(page, "absent_on")
    kept_until = _day(page, "kept_until") if page.form.get("kept_until").strip() else None
    return _act(
        page,
        "absent_on",
        "absent",
        lambda view: delivery.absent(page.work, view.parcel.id, Absence(day, kept_until)),
    )


def deliver(page: Page) -> Response[Any]:
    """Record the delivery."""
    day = _day(page, "delivered_on")
    return _act(
        page,
        "delivered_on",
        "delivered",
        lambda view: by_hand.deliver(page.work, view.parcel.id, day),
    )


def come_back(page: Page) -> Response[Any]:
    """Record the return."""
    day, reason = _day(page, "returned_on"), page.form.get("reason")
    return _act(
        page,
        "reason",
        "returned",
        lambda view: delivery.come_back(page.work, view.parcel.id, MailReturn(reason, day)),
    )


def _step(
    field: str, said: str, service: Callable[[Work, int], object]
) -> Callable[[Page], Response[Any]]:
    """Return the handler of a step that asks for nothing; a refusal is shown beside ``field``."""

    def handler(page: Page) -> Response[Any]:
        return _act(page, field, said, lambda view: service(page.work, view.parcel.id))

    return handler


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    one, act = "/parcels/{parcel_id:int}", Permission.HANDLE_PARCELS
    steps = {
        "post": post,
        "absent": absent,
        "deliver": deliver,
        "come-back": come_back,
        "restock": _step("restock", "restocked", parcels_again.restock),
        "lose": _step("delivered_on", "lost", lost_parcels.lose),
        "find": _step("lost", "found", lost_parcels.find),
        "resend": _step("lost", "resent", parcels_again.resend),
        "write-off": _step("lost", "written_off", parcels_again.write_off),
    }
    hand_over = _step("hand_over", "handed_over", delivery.hand_over)
    return [
        *(
            staff_route("POST", f"{one}/{name}", step, act, shows=show_parcel)
            for name, step in steps.items()
        ),
        staff_route(
            "POST",
            f"{one}/hand-over",
            hand_over,
            Permission.HAND_OVER_AT_COUNTER,
            shows=show_parcel,
        ),
    ]
