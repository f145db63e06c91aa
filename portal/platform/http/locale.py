"""Which language a page speaks: the cookie's, else the browser's, else Japanese."""

from functools import lru_cache

from babel import negotiate_locale

from portal.domain.foundation.languages import (
    BY_LOCALE,
    LANGUAGES,
    OFFERED,
    RESIDENT_LOCALES,
    SOURCE_LOCALE,
)

COOKIE = "lang"
CODES = {language.code: language.locale for language in OFFERED}
"""Codes as they stand in cookies and addresses, with our locale ids."""
NAMES = {language.code: language.name for language in OFFERED}
ON_PAPER = {language.code: language.locale for language in LANGUAGES}
"""Codes of what can be printed: readings over Japanese are for screens alone (decision 0086)."""
PAPER_NAMES = {language.code: language.name for language in LANGUAGES}
CODE_OF = {language.locale: language.code for language in OFFERED}
MEANT = sorted(
    ((tag, language.locale) for language in LANGUAGES for tag in language.accepts),
    key=lambda meant: -len(meant[0]),
)
"""Beginnings of browsers' tags with the locale that they mean, the longest first."""


def html_lang(locale: str) -> str:
    """Return the value of the ``lang`` attribute."""
    return BY_LOCALE[locale].html_lang


def _locale_of(tag: str) -> str:
    """Return the locale that a browser's tag means; an unknown tag stays as it is."""
    wanted = tag.lower()
    for known, locale in MEANT:
        if wanted == known or wanted.startswith(f"{known}_"):
            return locale
    return tag


@lru_cache(maxsize=1_024)
def choose(
    cookie: str | None, accept_language: str, offered: tuple[str, ...] = RESIDENT_LOCALES
) -> str:
    """Return the locale id for a request."""
    chosen = CODES.get(cookie or "")
    if chosen in offered:
        return chosen or SOURCE_LOCALE
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _sep, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((-weight, position, tag.replace("-", "_")))
    wanted = [_locale_of(tag) for _weight, _position, tag in sorted(weighted)]
    return negotiate_locale(wanted, offered) or SOURCE_LOCALE
