"""The page of a locked screen: it asks for the password and carries the interrupted request."""

from collections.abc import Sequence
from typing import Any

from litestar import Response

from admin.interrupted import parts_of, sealed_request
from admin.page import Page
from portal.platform.view import View

HEADER = "x-locked"
"""Set on an answer that is no page to show: our script locks the screen instead."""

WINDOW = "window"
"""In whose place of the query a script names the session that its window belongs to."""


def window_name(page: Page) -> str:
    """Return what the windows of one session share, and no window of the next person's has."""
    return page.site.vault.sign("lock", page.answer.bound_to)[:16]


class LockView(View, frozen=True):
    """What ``admin/people/lock.html`` shows."""

    parts: Sequence[tuple[str, str]]
    name: str
    calling: bool


def locked_page(page: Page, status_code: int = 403, *, kept: str | None = None) -> Response[Any]:
    """Answer a request to a locked session.

    ``kept`` is what an earlier locked page carried, by default this request.
    """
    sealed = sealed_request(page) if kept is None else kept
    response = page.render(
        "admin/people/lock.html",
        LockView(
            parts=parts_of(sealed),
            name=page.who.staff.display_name if page.who.staff is not None else "",
            calling=page.who.call is not None,
        ),
        status_code,
    )
    response.headers[HEADER] = "1"
    return response
