"""Other mail on the page of posting: enter pieces, and drop wrong entries."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.printing.posting import back, show, typed_day
from admin.page import Page
from portal.domain.foundation.typed import digits
from portal.domain.letters.shipments import other_mail
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again

FIELDS = {"day": "day", "mail_class": "what", "what": "what", "pieces": "pieces"}


def enter(page: Page) -> Response[Any]:
    """Record pieces of other mail."""
    form, day = page.form, typed_day(page)
    if day is None:
        return show(page, 422)
    typed = digits(form.get("pieces")) or ""
    pieces = int(typed) if 0 < len(typed) < 9 else 0
    return carry_out_once(
        page,
        lambda: other_mail.enter(
            page.work, other_mail.Pieces(day, form.get("mail_class"), form.get("what"), pieces)
        ),
        lambda: back(page, "other"),
        Again(show, "pieces", FIELDS),
    )


def drop(page: Page) -> Response[Any]:
    """Drop a wrong entry."""
    key = number_in_address(page, "other_id")
    return carry_out_once(
        page,
        lambda: other_mail.drop(page.work, key),
        lambda: back(page, "dropped"),
        Again(show, "other-mail"),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may = Permission.POST_LETTERS
    return [
        staff_route("POST", "/posting/other", enter, may, shows=show),
        staff_route("POST", "/posting/other/{other_id:int}/drop", drop, may, shows=show),
    ]
