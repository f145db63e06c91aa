"""The form of the sign-in with an ID that the browser remembers: masked, with a way to forget."""

from litestar.handlers import HTTPRouteHandler

from portal.domain.people.signin import remembered
from portal.domain.people.signin.devices import LIFE
from portal.domain.people.signin.remembered import SHOWN_DIGITS
from portal.platform.http.answer import Reply
from portal.platform.routes import endpoint
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody

COOKIE, WISH = "remembered", "remember"
WISH_LIFE = 15 * 60
"""Seconds between the wish, on the first page, and the end of the sign-in."""
SHARED_COOKIE = "shared"
"""Of a browser that more people use, as its household said: no passkey, no ID is kept there."""


def keep_wish(page: Page) -> None:
    """Keep whether the ID is to be remembered once the sign-in is done."""
    if page.form.get(WISH) == "yes" and may_remember(page):
        page.answer.set_cookie(WISH, "yes", max_age=WISH_LIFE)
    elif page.cookie(WISH):
        page.answer.drop_cookie(WISH)


def may_remember(page: Page) -> bool:
    """Tell whether remembering is offered: not where others use this phone."""
    return not page.cookie(SHARED_COOKIE)


def remember_if_wished(page: Page, login_id: str) -> None:
    """Let a browser that signed in remember the ID, if it was wished now or earlier."""
    wished = page.cookie(WISH) == "yes"
    if wished:
        page.answer.drop_cookie(WISH)
    if may_remember(page) and (wished or carried_here(page) == login_id):
        sealed = remembered.remember(page.work, login_id)
        page.answer.set_cookie(COOKIE, sealed, max_age=int(LIFE.total_seconds()))


def carried_here(page: Page) -> str:
    """Return the ID that this browser carries; empty for none."""
    sealed = page.cookie(COOKIE)
    return remembered.carried_id(page.site.vault, sealed) if sealed else ""


def known_id(page: Page) -> str:
    """Return the ID that the form stands for; one that has ended is dropped.

    A form that was sent stands for what it was shown with: whether that has ended meanwhile, the
    sign-in itself decides.
    """
    sealed = page.cookie(COOKIE)
    if not sealed:
        return ""
    if page.method != "GET":
        return carried_here(page)
    counts = may_remember(page) and remembered.remembered_id(page.work, sealed)
    if not counts:
        page.answer.drop_cookie(COOKIE)
        return ""
    return counts


def masked_tail(login_id: str) -> str:
    """Return what a page shows of a remembered ID; empty for none."""
    return login_id[-SHOWN_DIGITS:] if login_id else ""


def forget(page: Page) -> Reply:
    """Let the browser forget the ID."""
    page.answer.drop_cookie(COOKIE)
    return page.redirect("/signin?forgot=1")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("POST", "/signin/forget", forget, everybody, PUBLIC)]
