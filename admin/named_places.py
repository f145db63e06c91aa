"""Find a place of the staff site by its name, or by what people call it, in either language."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from msgspec import Struct

from admin.places import ELSEWHERE, JOBS, OTHER_WORDS, Spot
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import use_locale
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.romaji import readings
from portal.domain.people.staff.permissions import Permission

SHORTEST_WORD = 2
_BETWEEN = re.compile("[、,]")


class Known(Struct, frozen=True):
    """A place that somebody may open."""

    path: str
    spot: Spot


class Named(Struct, frozen=True):
    """The places that a text names.

    ``whole``: it is a name or word of the first of them, not a part. Those that have it within a
    longer name or word follow: who types "reports" may mean any of three.
    """

    places: Sequence[Known]
    whole: bool


def named(typed: str, may: Collection[Permission]) -> Named:
    """Return the places that somebody may open and that a text names, in either language."""
    wanted = fold_name(typed)
    if len(wanted) < SHORTEST_WORD:
        return Named((), whole=False)
    read = {wanted, *readings(wanted)}
    mine = [known for known, permission in _every() if permission in may]
    whole = [known for known in mine if read & _words(known.spot)]
    if whole:
        within = [known for known in mine if any(_stands_in(one, known.spot) for one in read)]
        return Named(list(dict.fromkeys((*whole, *within))), whole=True)
    begun = [known for known in mine if any(word.startswith(wanted) for word in _words(known.spot))]
    return Named(begun, whole=False)


def _every() -> Iterator[tuple[Known, Permission]]:
    for _job, places in (*JOBS, ("", ELSEWHERE)):
        for path, spot, permission in places:
            yield Known(path, spot), permission


def _stands_in(wanted: str, spot: Spot) -> bool:
    """Return whether a folded text stands in a name: in Latin letters where a word begins."""
    if wanted.isascii():
        return any(tail.startswith(wanted) for tail in _tails(spot))
    return any(wanted in word for word in _words(spot))


@cache
def _words(spot: Spot) -> frozenset[str]:
    return frozenset(map(fold_name, _called(spot))) - {""}


@cache
def _tails(spot: Spot) -> frozenset[str]:
    """Return the names from each of their words on: "call reports" of "Monthly call reports"."""
    split = [text.split() for text in _called(spot)]
    return frozenset(fold_name("".join(words[at:])) for words in split for at in range(len(words)))


def _called(spot: Spot) -> Iterator[str]:
    for locale in STAFF_LOCALES:
        with use_locale(locale):
            yield from (spot.label, *_BETWEEN.split(OTHER_WORDS[spot]()))
