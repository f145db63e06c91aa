"""Where somebody wanted to be who had to sign in first, and where a sign-in leads."""

import re

from portal.resident_page import Page

COOKIE, LIFE = "wanted", 15 * 60
_PLACES = re.compile(
    r"/(?:account|alternative|coupon|decline|home|redelivery/own|requests)(?:/[A-Za-z0-9-]+)*"
)
"""Pages of signed-in households; nothing else is ever gone to."""
HOME, ARRIVING = "/home", 60
"""Home after a sign-in, which goes on to the only coupon if it was shown before; seconds."""


def keep_wanted(page: Page, path: str) -> None:
    """Remember the page that somebody asked for, for a quarter of an hour."""
    if _is_place(path):
        page.answer.set_cookie(COOKIE, path, max_age=LIFE)


def next_place(page: Page) -> str:
    """Return where a finished sign-in leads: the page that was asked for before it, else home.

    Showing a page never reveals a coupon: the first showing is a press (``coupons.coupon``).
    """
    wanted = page.cookie(COOKIE)
    if wanted == HOME or not _is_place(wanted):
        page.answer.set_cookie(COOKIE, HOME, max_age=ARRIVING)
        return HOME
    page.answer.drop_cookie(COOKIE)
    return wanted


def place_or_home(path: str) -> str:
    """Return a page of a signed-in household as it was asked for, or home."""
    place = path.partition("?")[0]
    return place if _is_place(place) else HOME


def has_arrived(page: Page) -> bool:
    """Tell, once, whether this is the way home from a sign-in."""
    if page.cookie(COOKIE) != HOME:
        return False
    page.answer.drop_cookie(COOKIE)
    return True


def has_wanted(page: Page) -> bool:
    """Tell whether a page waits for the sign-in."""
    return bool(page.cookie(COOKIE))


def _is_place(path: str) -> bool:
    return len(path) <= 200 and _PLACES.fullmatch(path) is not None
