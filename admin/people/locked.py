"""The page of a locked screen: it asks for the password and carries the interrupted request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from admin.page import Page
from portal.domain.people.staff.locking import (
    InterruptedRequest,
    open_interrupted,
    seal_interrupted,
)
from portal.platform.http.forms import MAX_FIELD
from portal.platform.view import View

HEADER = "x-locked"
"""Set on an answer that is no page to show: our script locks the screen instead."""
PART = "kept_{}"
MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class LockView(View):
    """What ``admin/people/lock.html`` shows."""

    parts: Sequence[tuple[str, str]]
    name: str
    calling: bool


def locked_page(page: Page, status_code: int = 403, *, kept: str | None = None) -> Response[Any]:
    """Answer a request to a locked session.

    ``kept`` is what an earlier locked page carried, by default this request.
    """
    sealed = _sealed_request(page) if kept is None else kept
    size = MAX_FIELD - 1
    parts = [sealed[start : start + size] for start in range(0, len(sealed), size)]
    response = page.render(
        "admin/people/lock.html",
        LockView(
            parts=[(PART.format(n), part) for n, part in enumerate(parts)],
            name=page.who.staff.display_name if page.who.staff is not None else "",
            calling=page.who.call is not None,
        ),
        status_code,
    )
    response.headers[HEADER] = "1"
    return response


def carried(page: Page) -> str:
    """Return the sealed text that a locked page carried, joined again."""
    parts = (page.form.get(PART.format(number)) for number in range(MOST_PARTS))
    return "".join(parts)


def carried_request(page: Page) -> InterruptedRequest:
    """Return the request that the locked page carried, or the start page if it carried none."""
    auth = page.who.auth
    return (
        open_interrupted(page.site.vault, auth.id, carried(page))
        if auth is not None
        else InterruptedRequest("/")
    )


def _sealed_request(page: Page) -> str:
    """Seal the request: a page to return to, or a form with what was typed."""
    if page.who.auth is None:
        return ""
    if page.method == "POST":
        kept = InterruptedRequest(
            page.request.came_from or "/",
            page.request.route,
            page.path,
            page.params,
            page.form.values,
        )
    else:
        kept = InterruptedRequest(page.path + (f"?{urlencode(page.query)}" if page.query else ""))
    sealed = seal_interrupted(page.site.vault, page.who.auth.id, kept)
    if len(sealed) > MOST_PARTS * (MAX_FIELD - 1):
        sealed = seal_interrupted(page.site.vault, page.who.auth.id, InterruptedRequest(kept.back))
    return sealed
