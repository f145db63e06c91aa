"""Comparing the name that a caller gives with the householder's, in any spelling."""

import re
from collections.abc import Iterable

from portal.domain.people.households.folding import fold_name, name_words
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.romaji import combined, shortened

BRACKETS = re.compile(r"[(（〔［【]([^)）〕］】]*)[)）〕］】]")


def name_matches(said: str, view: HouseholdView) -> bool:
    """Return whether a name is the householder's.

    It may be given in kanji (variants match), in kana, in Latin letters in any order and case, or
    as the 通称.
    """
    key, words = fold_name(said), sorted(name_words(said))
    if len(key) < 2:
        return False
    fields = view.fields
    for text in _names(fields.name, fields.kana, fields.alias):
        if key == fold_name(text) or words == sorted(name_words(text)):
            return True
    kana = sorted(map(shortened, name_words(fields.kana)))
    return any(read and sorted(map(shortened, read)) == kana for read in combined(words))


def _names(*texts: str) -> Iterable[str]:
    """Return the names as written, and with a name in brackets, each part separately."""
    for text in filter(None, texts):
        yield text
        if inside := BRACKETS.findall(text):
            yield BRACKETS.sub(" ", text)
            yield from inside
