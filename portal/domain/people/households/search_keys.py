"""The pieces of text under which a household stands in the index, and those that a search asks for.

A piece is one character of a folded text or two. Pieces without kanji stand for themselves; pairs
with a kanji, of which there are millions, share some thousands of numbers (``key_of``). Whoever
finds a household by keys opens it and compares the real text: a shared number costs a look.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from operator import add
from typing import Any

from msgspec import Struct

from portal.domain.people.households.folding import fold_name, fold_place, name_words
from portal.domain.people.households.romaji import readings, shortened

Key = str | int
Query = Sequence[Sequence[frozenset[Key]]]
"""What a household must have: of each part one of several sets of keys, whole."""
Fields = Mapping[str, Any]
"""The opened fields of a household or a child, as ``records`` seals them."""

KANJI = "\u3100"
"""The first character after the kana."""
BETWEEN = "|"
"""Stands between two names; no piece reaches across it."""
NUMBERS = 16_381
"""For how many numbers all pairs with a kanji stand, in names and again in places (a prime)."""


class Space(Enum):
    """What a piece is of; the same text in two spaces is two keys.

    ``READING`` has only the pairs that come about where a long vowel is left out; who asks for a
    reading takes either (``plain_of``).
    """

    NAME = ""
    READING = "~"
    PLACE = "@"
    EXACT = "="


class Pieces(Struct, frozen=True):
    """The pieces of one household; ``exact``: postal code and birth dates."""

    of: Mapping[Space, set[str]]


def pieces_of(household: Fields, children: Iterable[Fields]) -> Pieces:
    """Return all pieces of a household: names of everybody, address, postal code, birth dates."""
    people = [household, *children]
    names = fold_name(
        BETWEEN.join(
            text
            for person in people
            for text in (person["name"], person["kana"], person.get("alias"))
            if text
        )
    )
    place = fold_place(household["town"] + household["street"] + " " + household["building"])
    exact = {person["birth"] for person in people if person["birth"]}
    exact.add(household["postal_code"])
    pieces = _pieces(names)
    return Pieces(
        {
            Space.NAME: pieces,
            Space.READING: _pairs(shortened(names)) - pieces,
            Space.PLACE: _pieces(place),
            Space.EXACT: exact,
        }
    )


def key_of(space: Space, piece: str) -> Key | None:
    """Return the key of a piece; None for one that nobody asks for."""
    if space is Space.EXACT or len(piece) == 1:
        return None if piece == BETWEEN else f"{space.value}{piece}"
    a, b = piece[0], piece[1]
    if BETWEEN in piece:
        return None
    if a < KANJI and b < KANJI:
        return f"{space.value}{piece}"
    if space is Space.READING:  # readings are kana
        return None
    number = (ord(a) * 8191 + ord(b)) % NUMBERS
    return number if space is Space.NAME else number + NUMBERS


def plain_of(key: Key) -> Key | None:
    """Return the key of the same pair in a name, for the key of a pair in a reading."""
    if isinstance(key, str) and key.startswith(Space.READING.value) and len(key) > 1:
        return key.removeprefix(Space.READING.value)
    return None


def name_query(text: str) -> Query:
    """Return what a household with these words in its names has, in any order.

    A word in Latin letters may also be a reading: ono, ohno and oono are オオノ and オノ.
    """
    return [
        [_keys(Space.NAME, _pieces(word)), *(_of_reading(kana) for kana in readings(word))]
        for word in name_words(text)
    ]


def place_query(text: str) -> Query:
    """Return what a household with this part of an address has."""
    return [[_keys(Space.PLACE, _pieces(fold_place(text)))]]


def postal_query(postal_code: str) -> Query:
    """Return what a household with a seven-digit postal code has."""
    return [[_keys(Space.EXACT, {postal_code})]]


def birth_query(birth: date) -> Query:
    """Return what a household has of which somebody was born on this day."""
    return [[_keys(Space.EXACT, {birth.isoformat()})]]


def _of_reading(kana: str) -> frozenset[Key]:
    short = shortened(kana)
    return _keys(Space.NAME, set(short)) | _keys(Space.READING, _pairs(short))


def _keys(space: Space, pieces: Iterable[str]) -> frozenset[Key]:
    return frozenset(key for piece in pieces if (key := key_of(space, piece)) is not None)


def _pieces(folded: str) -> set[str]:
    found = _pairs(folded)
    found.update(folded)
    return found


def _pairs(folded: str) -> set[str]:
    return set(map(add, folded, folded[1:]))
