"""The public mailing schedule, town by town, from the dispatch calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import jst_date
from portal.domain.mailroom.printing.dispatch.calendar import PublicDay, public_days
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody


class ScheduleView(View, frozen=True):
    """What ``portal/information/schedule.html`` shows."""

    today: date
    coming: Sequence[PublicDay]
    gone: Sequence[PublicDay]


def show(page: Page) -> Response[Any]:
    """Show the coming days and what was sent recently; nothing about any household."""
    today = jst_date(page.now)
    days = public_days(page.session, today)
    return page.render(
        "portal/information/schedule.html",
        ScheduleView(
            today=today,
            coming=[one for one in days if not one.sent],
            gone=[one for one in reversed(days) if one.sent],
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", "/letters/schedule", show, everybody, PUBLIC)]
