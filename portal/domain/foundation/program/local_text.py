"""One text of the ward in the six languages that residents choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from portal.domain.foundation.texts import RESIDENT_LOCALES, current_locale


@dataclass(frozen=True, slots=True)
class LocalText:
    """The ward's own words.

    ``str()`` gives them in the reader's language (``ja@easy`` with {漢字|かんじ}).
    """

    ja: str
    ja_easy: str
    en: str
    zh_hans: str
    zh_hant: str
    ko: str

    @classmethod
    def from_mapping(cls, texts: Mapping[str, str]) -> "LocalText":
        """Build from texts by locale id; each of the six must be there (KeyError otherwise)."""
        return cls(*(texts[locale] for locale in RESIDENT_LOCALES))

    def in_language(self, locale: str) -> str:
        """Return the text in one language; a locale that nobody offers gives Japanese."""
        index = RESIDENT_LOCALES.index(locale) if locale in RESIDENT_LOCALES else 0
        value: str = getattr(self, fields(self)[index].name)
        return value

    def filled(self, values: Mapping[str, "LocalText"]) -> "LocalText":
        """Return the text with its ``%(name)s`` replaced, in each language by that language's value."""
        return LocalText.from_mapping(
            {
                locale: self.in_language(locale)
                % {name: value.in_language(locale) for name, value in values.items()}
                for locale in RESIDENT_LOCALES
            }
        )

    def __str__(self) -> str:
        return self.in_language(current_locale())
