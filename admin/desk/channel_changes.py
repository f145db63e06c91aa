"""Changes of an enrolled channel that wait for a second person.

Confirmed or refused, never by who proposed them.
"""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from portal.domain.desk.call_desk.acting import channel
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.people.staff.permissions import Permission
from portal.platform.page import Page

BASE = "/channel-changes"


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List what waits."""
    rows = channel.waiting_changes(page.work)
    return page.render(
        "admin/desk/channel_changes.html", status_code, rows=rows, said=page.query.get("said", "")
    )


def confirm(page: Page) -> Response[Any]:
    """Let the household enroll its channel anew."""
    return _decide(
        page,
        "confirmed",
        lambda key: channel.confirm(page.work, key),
    )


def refuse(page: Page) -> Response[Any]:
    """Refuse a proposal, or take the own one back."""
    return _decide(page, "refused", lambda key: channel.refuse(page.work, key))


def _decide(page: Page, said: str, decide: Callable[[int], object]) -> Response[Any]:
    key = number_in_address(page, "approval_id")
    try:
        with page.session.begin_nested():
            if first_post(page):
                decide(key)
    except NotFoundError:
        raise
    except DomainError as error:
        page.form.error("changes", error.message)
        return show(page, 422)
    return page.redirect(f"{BASE}?said={said}")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.SUPERVISE_CALLS
    one = BASE + "/{approval_id:int}"
    return [
        staff_route("GET", BASE, show, permission),
        staff_route("POST", one + "/confirm", confirm, permission, shows=show),
        staff_route("POST", one + "/refuse", refuse, permission, shows=show),
    ]
