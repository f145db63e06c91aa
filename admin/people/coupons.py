"""Coupon stock: codes per state and the issuer's batches; never a code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.page import Page
from portal.domain.foundation.clock import last_day_before
from portal.domain.people.coupons.queries import (
    BatchView,
    DeliveryCounts,
    batches,
    delivery_counts,
    state_counts,
)
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class CouponsView(View, frozen=True):
    """What ``admin/people/coupons.html`` shows."""

    states: Mapping[str, int]
    batches: Sequence[BatchView]
    delivered: DeliveryCounts
    last_day: Callable[[datetime], date]


def show(page: Page) -> Response[Any]:
    """Show the stock."""
    return page.render(
        "admin/people/coupons.html",
        CouponsView(
            states=state_counts(page.session),
            batches=batches(page.session),
            delivered=delivery_counts(page.session),
            last_day=last_day_before,
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [staff_route("GET", "/coupons", show, Permission.SEE_COUPON_STOCK)]
