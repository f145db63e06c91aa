"""What every staff page shows around its content: the menu, the signed-in person, languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import inspect

from admin import places, words
from admin.call_bar import call_bar
from admin.event_words import event
from admin.menu_counts import counts
from admin.oversight.calendar_words import gap_text
from admin.page import Page
from admin.people.locked import window_name
from admin.places import Spot
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.program.last_days import gap
from portal.domain.foundation.texts import _s, appearance
from portal.domain.people.authn.sessions import LIFETIMES, STAFF, Stage
from portal.domain.people.staff.permissions import Permission, permissions_of
from portal.domain.people.staff.stored_keys import has_keys
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.site_notices import site_notices

MENUS_KEPT = 64
"""Menus that a process keeps: those of a role alike, for the places where people are."""
_OF_HOUSEHOLD = re.compile(r"/(?:desk|households)/(\d{1,18})(?=/.)")

LANGUAGES = [
    (CODE_OF[locale], NAMES[CODE_OF[locale]], html_lang(locale)) for locale in STAFF_LOCALES
]


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the navigation; ``count``: how much waits there, 0 if nothing or unknown."""

    path: str
    name: str
    current: bool
    count: int = 0


class Job(Struct, frozen=True):
    """The other places of one job, under its heading."""

    key: str
    name: str
    places: Sequence[Place]


class Menu(Struct, frozen=True, eq=False):
    """The places of a person: those seen first, and the others by job, one press away.

    Equal to itself only, so that what was drawn of it is found without comparing all its places.
    ``open``: whether the others are in sight at once, since the current page is one of them.
    """

    first: Sequence[Place] = ()
    others: Sequence[Job] = ()
    open: bool = False

    @property
    def places(self) -> Iterator[Place]:
        """All of them."""
        yield from self.first
        for job in self.others:
            yield from job.places

    @property
    def more(self) -> int:
        """How many are not seen first."""
        return sum(len(job.places) for job in self.others)


class Who(Struct, frozen=True):
    """The signed-in person as the header shows them."""

    name: str
    role: str
    may: frozenset[Permission]
    part: Role


def signed_in_as(page: Page) -> Who | None:
    """Return who is signed in, or None if the row cannot be read (after a broken transaction)."""
    user = page.who.staff
    if page.who.auth is None or user is None or inspect(user).expired_attributes or not user.active:
        return None
    if (
        inspect(page.who.auth).expired_attributes
        or page.who.auth.stage != Stage.FULL
        or page.who.locked
    ):
        return None
    role = Role(user.role)
    return Who(user.display_name, words.role(user.role), permissions_of(user), role)


def page_context(page: Page) -> dict[str, Any]:
    """Return what every staff template gets in addition to its page's own values."""
    who = signed_in_as(page)
    menu = _menu(page, who)
    return {
        "way_back": lambda: way_back(page.path, menu),
        "own_keys": lambda: _own_keys(page),
        "who": who,
        "menu": menu,
        "call_bar": call_bar(page) if who is not None else None,
        "site_notices": site_notices(page) if who is not None else [],
        "ending": _ending(page) if who is not None else "",
        "lock_seconds": int(LIFETIMES[STAFF].idle.total_seconds()),
        "lock_name": window_name(page) if who is not None else "",
        "languages": LANGUAGES,
        "words": words,
        "event": event,
        "when": when,
        "P": Permission,
    }


def _own_keys(page: Page) -> bool:
    """Return whether whoever acts may prove it with a security key here."""
    staff = page.who.staff
    return page.party is not None and staff is not None and has_keys(page.session, staff.id)


def _menu(page: Page, who: Who | None) -> Menu:
    if who is None:
        return Menu()
    waiting = tuple(counts(page, who.part).items())
    return _menu_of(appearance(), who.part, who.may, _current(page.path), waiting)


def _current(path: str) -> Sequence[str]:
    """Return the addresses of the places in which an address is."""
    return tuple(
        one
        for _job, every in places.JOBS
        for one, _spot, _may in every
        if (path == one if one == "/" else path.startswith(one))
    )


@lru_cache(maxsize=MENUS_KEPT)
def _menu_of(
    _language: str,
    part: Role,
    may: frozenset[Permission],
    current: Sequence[str],
    waiting: Sequence[tuple[Spot, int]],
) -> Menu:
    first, others = list[Place](), list[Job]()
    wanted, counted = places.FIRST.get(part, ()), dict(waiting)
    shown = {
        spot: Place(path, spot.label, path in current, counted.get(spot, 0))
        for _job, every in places.JOBS
        for path, spot, permission in every
        if permission in may
    }
    first = [shown[spot] for spot in wanted if spot in shown]
    for job, every in places.JOBS:
        mine = [shown[spot] for _path, spot, _may in every if spot in shown and spot not in wanted]
        if mine:
            others.append(Job(job, places.job(job) if job else "", mine))
    here = any(place.current for one in others for place in one.places)
    return Menu(first, others, here)


def way_back(path: str, menu: Menu) -> Place:
    """Return the link that leads on from a refused address.

    It is the household's page, the list in the menu, or the start page.
    """
    above = [place for place in menu.places if place.current and place.path != path]
    if above and (found := _OF_HOUSEHOLD.match(path)) is not None:
        return Place(found[0], _s("世帯 %(n)s にもどる") % {"n": found[1]}, current=False)
    if above and above[-1].path != "/":
        return Place(
            above[-1].path, _s("「%(place)s」にもどる") % {"place": above[-1].name}, current=False
        )
    return Place("/", _s("きょうの仕事へ"), current=False)


def _ending(page: Page) -> str:
    found = gap(page.site.program, page.now)
    return gap_text(found) if found is not None else ""


def when(instant: datetime | None) -> str:
    """Format an instant as Japanese local time, to the minute."""
    return minute_text(instant)
