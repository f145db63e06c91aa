"""Redirect the earlier addresses of pages for one release, so that bookmarks still work."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY

from admin.access import number_in_address, staff_route
from admin.page import Page
from portal.domain.people.staff.permissions import Permission


def recalls(page: Page) -> Response[Any]:
    """Redirect to the recall lists of a run."""
    return _moved(page, f"/letters/{number_in_address(page, 'run_id')}/recalls")


def storage(page: Page) -> Response[Any]:
    """Redirect to the storage of returned mail."""
    return _moved(page, "/returns/storage")


def _moved(page: Page, address: str) -> Response[Any]:
    asked = urlencode(sorted(page.query.items()))
    answer = page.redirect(f"{address}?{asked}" if asked else address)
    answer.status_code = HTTP_301_MOVED_PERMANENTLY
    return answer


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/letters/{run_id:int}/pull", recalls, Permission.SEE_LETTERS),
        staff_route("GET", "/returns/shelf", storage, Permission.HANDLE_RETURNS),
    ]
