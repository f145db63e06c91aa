"""Mail that no list knows, on the page of posting.

Entered in pieces, and taken out again where it was wrong.
"""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.mailroom.posting import back, show, typed_day
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.typed import digits
from portal.domain.letters.shipments import other_mail
from portal.domain.people.staff.permissions import Permission
from portal.platform.page import Page

FIELDS = {"day": "day", "mail_class": "what", "what": "what", "pieces": "pieces"}


def enter(page: Page) -> Response[Any]:
    """Note pieces of other mail."""
    form, day = page.form, typed_day(page)
    if day is None:
        return show(page, 422)
    typed = digits(form.get("pieces")) or ""
    pieces = int(typed) if 0 < len(typed) < 9 else 0
    try:
        with page.session.begin_nested():
            if first_post(page):
                other_mail.enter(page.work, day, form.get("mail_class"), form.get("what"), pieces)
    except DomainError as error:
        form.error(FIELDS.get(error.code, "pieces"), error.message)
        return show(page, 422)
    return back(page, "other")


def drop(page: Page) -> Response[Any]:
    """Take a wrong entry out."""
    key = number_in_address(page, "other_id")
    try:
        with page.session.begin_nested():
            if first_post(page):
                other_mail.drop(page.work, key)
    except DomainError as error:
        page.form.error("other-mail", error.message)
        return show(page, 422)
    return back(page, "dropped")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may = Permission.POST_LETTERS
    return [
        staff_route("POST", "/posting/other", enter, may, shows=show),
        staff_route("POST", "/posting/other/{other_id:int}/drop", drop, may, shows=show),
    ]
