"""The figures of the menu that a process keeps for each person, until their next form."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect

from admin.page import Page
from admin.places import Spot

Counts = Mapping[Spot, int]
NONE: Counts = {}
Kept = tuple[datetime | None, Counts]
_KEPT: WeakKeyDictionary[Dialect, dict[int, Kept]] = WeakKeyDictionary()
_LOCK = Lock()


def kept(page: Page) -> Kept:
    """Return the figures, and when they were counted; None once a form was sent since then."""
    with _LOCK:
        return _of_site(page).get(_person(page), (None, NONE))


def keep(page: Page, found: Counts) -> None:
    """Keep what was counted now."""
    with _LOCK:
        _of_site(page)[_person(page)] = page.now, found


def let_go(page: Page) -> None:
    """Have the person's figures counted again for the next page, as they are about to change."""
    with _LOCK:
        of_site, person = _of_site(page), _person(page)
        if person in of_site:
            of_site[person] = None, of_site[person][1]


def _of_site(page: Page) -> dict[int, Kept]:
    return _KEPT.setdefault(page.site.database.engine.dialect, {})


def _person(page: Page) -> int:
    return page.who.staff.id if page.who.staff is not None else 0
