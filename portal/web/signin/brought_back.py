"""A session that ended: its page and what was typed come back after the next sign-in."""

from dataclasses import replace

from litestar.handlers import HTTPRouteHandler

from portal.domain.people.signin import brought_back, own_devices
from portal.domain.people.signin.brought_back import TypedForm
from portal.platform.http import cookies
from portal.platform.http.answer import Reply
from portal.platform.routes import endpoint, redraw_here
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.activation import session_of
from portal.web.wanted import next_place

PLACE = "/typed"
LABEL_COOKIE = "device_label"


def place_after(page: Page, token: str) -> str:
    """Return where a finished sign-in leads, which began the session with this ID."""
    if label := page.cookie(LABEL_COOKIE):
        own_devices.bring_label(page.work, token, label)
    ended = page.cookie(cookies.ENDED)
    if not ended:
        return next_place(page)
    page.answer.drop_cookie(cookies.ENDED)
    return PLACE if brought_back.take_over(page.work, token, ended) else next_place(page)


def show(page: Page) -> Reply:
    """Show the form again with what was typed; nothing of it is carried out."""
    form = brought_back.typed_form(page.work, session_of(page))
    drawn = _drawn(page, form) if form is not None else None
    return drawn if drawn is not None else page.redirect(next_place(page))


def _drawn(page: Page, form: TypedForm) -> Reply | None:
    # as after a form that was sent: what stands in the session before does not replace it
    page.request = replace(page.request, method="POST")
    return redraw_here(page, form.route, form.path, form.params, form.values)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", PLACE, show, signed_in, "signed_in")]
