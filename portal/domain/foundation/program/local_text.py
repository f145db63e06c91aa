"""One text of the ward in all languages that residents choose from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from portal.domain.foundation.furigana import KANJI, RUN, with_readings
from portal.domain.foundation.languages import FURIGANA, RESIDENT_LOCALES
from portal.domain.foundation.texts import RUBY, appearance, current_locale


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text of the ward.

    ``str()`` returns it in the reader's language (``ja@easy`` with {漢字|かんじ}).

    Attributes:
        texts: One text per language, in the order of ``RESIDENT_LOCALES``.
        spoken: やさしい日本語 of what was put into it, which says how its names are read.
    """

    texts: tuple[str, ...]
    spoken: str = field(default="", compare=False, repr=False)

    @classmethod
    def from_mapping(cls, texts: Mapping[str, str]) -> "LocalText":
        """Build from texts by locale ID.

        Raises:
            KeyError: one of the six is missing.
        """
        return cls(tuple(texts[locale] for locale in RESIDENT_LOCALES))

    @property
    def ja(self) -> str:
        """The Japanese original, for the ward's own papers."""
        return self.in_language("ja")

    def in_language(self, locale: str) -> str:
        """Return the text in one language; Japanese for an unknown locale."""
        return self.texts[RESIDENT_LOCALES.index(locale) if locale in RESIDENT_LOCALES else 0]

    def filled(self, values: Mapping[str, "LocalText"]) -> "LocalText":
        """Return the text with each ``%(name)s`` replaced by the value in the same language."""
        texts = tuple(
            self.in_language(locale)
            % {name: value.in_language(locale) for name, value in values.items()}
            for locale in RESIDENT_LOCALES
        )
        spoken = (value.in_language("ja@easy") for value in values.values())
        return LocalText(texts, " ".join((self.spoken, *spoken)))

    def __str__(self) -> str:
        if appearance() == FURIGANA.locale:
            return _read(self.ja, f"{self.in_language('ja@easy')} {self.spoken}")
        return self.in_language(current_locale())


@lru_cache(maxsize=1_024)
def _read(japanese: str, easy: str) -> str:
    """Return a text of the ward with readings: of its own words, such as places, and of ours.

    Its own stand in the text in やさしい日本語. A single kanji there may be read otherwise here. A
    word of its own that is a part of a longer one of ours is left to that: 保険 in 保険料.
    """
    own = {
        word: reading
        for word, reading in RUBY.findall(easy)
        if len(word) > 1 and with_readings(word) == word
    }
    ours = (
        rf"(?<!{KANJI}){run}(?!{KANJI})"
        for run in RUN.findall(japanese)
        if with_readings(run) != run
    )
    words = [RUBY.pattern, *ours, *map(re.escape, sorted(own, key=len, reverse=True))]
    return with_readings(re.sub("|".join(words), lambda found: _marked(found[0], own), japanese))


def _marked(word: str, own: Mapping[str, str]) -> str:
    return f"{{{word}|{own[word]}}}" if word in own else word
