"""The page shown while the sign-in window is closed."""

from typing import Any

from litestar import Response

from portal.domain.foundation.program.deadlines import Window
from portal.platform.view import View
from portal.resident_page import Page


class ClosedView(View, frozen=True):
    """What ``portal/information/closed.html`` shows."""

    before: bool
    window: Window


def refuse_closed(page: Page) -> Response[Any] | None:
    """Return the page that tells from or until when; None while the sign-in window is open."""
    window = page.site.program.windows.sign_in
    if window.is_open(page.now):
        return None
    return page.render(
        "portal/information/closed.html",
        ClosedView(before=window.is_before(page.now), window=window),
    )
