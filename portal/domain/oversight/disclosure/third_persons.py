"""Black out other people: their names and numbers in every writing, and words that the ward names.

A name is found in other kanji forms, in kana and in full or half width, with or without spaces.
Too much is blacked out rather than too little: a given name of one character takes that character
away everywhere.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.domain.people.households.folding import fold_name, name_words
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.records import ChildFields, HouseholdFields

BLACK = "■■■"
"""What stands for something blacked out: always as long, so that its length tells nothing."""
SHORTEST_OF_STAFF = 2


def _key(text: str) -> str:
    return unicodedata.normalize("NFD", fold_name(text))


@dataclass(frozen=True, slots=True)
class Blackening:
    """What is blacked out, as search keys."""

    keys: tuple[str, ...] = field(repr=False)

    def of(self, text: str) -> str:
        """Return the text without what is blacked out."""
        marks = [(mark, at) for at, char in enumerate(text) for mark in _key(char)]
        flat = "".join(mark for mark, _at in marks)
        covered: set[int] = set()
        for key in self.keys:
            start = flat.find(key)
            while start >= 0:
                first, last = marks[start][1], marks[start + len(key) - 1][1]
                covered.update(range(first, last + 1))
                start = flat.find(key, start + 1)
        return _without(text, covered)


def _without(text: str, covered: set[int]) -> str:
    parts: list[str] = []
    for at, char in enumerate(text):
        if at not in covered:
            parts.append(char)
        elif at - 1 not in covered:
            parts.append(BLACK)
    return "".join(parts)


def third_persons(
    view: HouseholdView, persons: Iterable[int], staff: Iterable[str], words: Iterable[str]
) -> Blackening:
    """Return what to black out for some members of a family.

    Args:
        view: The family.
        persons: Who the extract is about: 0 is the householder, n the n-th child.
        staff: Names of the staff.
        words: What else the ward wants to be blacked out.
    """
    about = set(persons)
    members: dict[int, HouseholdFields | ChildFields] = {0: view.fields}
    members |= {child.ordinal: child.fields for child in view.children}
    own = {key for at, one in members.items() if at in about for key in _keys(one)}
    others = {key for at, one in members.items() if at not in about for key in _keys(one)} - own
    others |= {
        key
        for name in staff
        for key in (_key(name), *map(_key, name_words(name)))
        if len(key) >= SHORTEST_OF_STAFF and key not in own
    }
    others |= {_key(word) for word in words}
    return Blackening(tuple(sorted(others - {""}, key=len, reverse=True)))


def _keys(one: HouseholdFields | ChildFields) -> set[str]:
    names = (one.name, one.kana, one.alias, one.person_no)
    return {_key(part) for name in names for part in (name, *name_words(name))} - {""}
