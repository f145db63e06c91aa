"""A form that met a question (a password, a reason): the page that asks carries it, sealed."""

from collections.abc import Sequence
from urllib.parse import urlencode

from admin.page import Page
from portal.domain.people.staff.locking import (
    InterruptedRequest,
    open_interrupted,
    seal_interrupted,
)
from portal.platform.http.answer import Reply
from portal.platform.http.forms import MAX_FIELD
from portal.platform.routes import redraw_here

PART = "kept_{}"
MOST_PARTS = 50


def parts_of(sealed: str) -> Sequence[tuple[str, str]]:
    """Return the names and values of the hidden fields that carry a sealed request."""
    size = MAX_FIELD - 1
    pieces = [sealed[start : start + size] for start in range(0, len(sealed), size)]
    return [(PART.format(number), piece) for number, piece in enumerate(pieces)]


def carried(page: Page) -> str:
    """Return the sealed text that the page carried, joined again."""
    return "".join(page.form.get(PART.format(number)) for number in range(MOST_PARTS))


def carried_request(page: Page) -> InterruptedRequest:
    """Return the request that the page carried, or the start page if it carried none."""
    auth = page.who.auth
    return (
        open_interrupted(page.site.vault, auth.id, carried(page))
        if auth is not None
        else InterruptedRequest("/")
    )


def sealed_request(page: Page) -> str:
    """Seal this request: a page to return to, or a form with what was typed."""
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


def go_on(page: Page, otherwise: str) -> Reply:
    """Show the carried form with what was typed, in the running transaction.

    A button without a page of its own leads back to the page on which it stood; where nothing was
    carried, the person goes to ``otherwise``.
    """
    if not carried(page):
        return page.redirect(otherwise)
    kept = carried_request(page)
    drawn = redraw_here(page, kept.route, kept.path, kept.params, kept.values)
    return drawn if drawn is not None else page.redirect(kept.back)
