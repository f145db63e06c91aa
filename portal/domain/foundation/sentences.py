"""Sentences one after the other: with a blank only where people write one.

A sentence of Chinese or Japanese ends with 。, which brings its own room.
"""

from collections.abc import Iterable

from portal.domain.foundation.languages import BY_LOCALE
from portal.domain.foundation.texts import appearance

WITH_BLANKS = {"latn", "hang"}


def blank_between() -> str:
    """Return what stands between two sentences in the reader's language."""
    return " " if BY_LOCALE[appearance()].typesetting.script in WITH_BLANKS else ""


def together(sentences: Iterable[str]) -> str:
    """Return sentences as one text in the reader's language; empty ones are left out."""
    return blank_between().join(filter(None, sentences))
