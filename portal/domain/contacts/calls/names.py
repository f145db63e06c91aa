"""Comparing the name that a caller gives with the householder's, in any spelling."""

import re
from collections.abc import Iterable, Sequence

from portal.domain.people.households.folding import fold_name, name_words
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.romaji import combined, shortened

BRACKETS = re.compile(r"[(（〔［【]([^)）〕］】]*)[)）〕］】]")


def name_matches(said: str, view: HouseholdView) -> bool:
    """Return whether a name is the householder's.

    It may be given in kanji (variants match), in kana, in Latin letters in any order and case, or
    as the 通称.
    """
    key, words = fold_name(said), name_words(said)
    if len(key) < 2:
        return False
    fields = view.fields
    for text in _names(fields.name, fields.kana, fields.alias):
        if key == fold_name(text) or sorted(words) == sorted(name_words(text)):
            return True
    return bool(fields.kana) and any(
        _is_whole(read, name_words(fields.kana)) for read in combined(words)
    )


def _is_whole(read: Sequence[str], kana: Sequence[str]) -> bool:
    """Return whether a romanized name, read as kana, is the whole name; a part of one never is.

    Its words may stand in any order, or be written as one.
    """
    if sorted(map(shortened, read)) == sorted(map(shortened, kana)):
        return True
    return not _run_together(read).isdisjoint(_run_together(kana))


def _run_together(words: Sequence[str]) -> set[str]:
    return {shortened("".join(words)), shortened("".join(reversed(words)))} - {""}


def _names(*texts: str) -> Iterable[str]:
    """Return the names as written, and with a name in brackets, each part separately."""
    for text in filter(None, texts):
        yield text
        if inside := BRACKETS.findall(text):
            yield BRACKETS.sub(" ", text)
            yield from inside
