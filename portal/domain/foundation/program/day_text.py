"""Days as residents read them, in their language."""

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import DateTimePattern, format_skeleton, get_date_format, get_day_names

from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import current_locale, read_aloud

EASY = "ja@easy"


def format_day(day: date, locale: str | None = None) -> str:
    """Return a day in words of one language (the reader's by default): 2023年5月1日, May 1, 2023.

    やさしい日本語 has readings: 2023{年|ねん}5{月|がつ}{1日|ついたち}.
    """
    locale = locale or current_locale()
    if locale == EASY:
        return f"{day.year}{{年|ねん}}{easy_month_day(day)}"
    pattern, language = _pattern(locale)
    return read_aloud(pattern.apply(day, language))


@lru_cache(maxsize=len(RESIDENT_LOCALES))
def _pattern(locale: str) -> tuple[DateTimePattern, Locale]:
    """Return how a language writes a day: to look that up takes longer than to write it."""
    language = Locale.parse(locale)
    return get_date_format("long", language), language


def format_month(day: date) -> str:
    """Return the month of a day in words of the reader's language: 2023年5月, May 2023."""
    locale = current_locale()
    if locale == EASY:
        return f"{day.year}{{年|ねん}}" + read_numbers(f"{day.month}{{月|がつ}}")
    return read_aloud(str(format_skeleton("yMMMM", day, locale=locale)))


def easy_month_day(day: date) -> str:
    """Return month and day in やさしい日本語: 5{月|がつ}{1日|ついたち}."""
    return read_numbers(f"{day.month}{{月|がつ}}{day.day}{{日|にち}}")


def day_in_all_languages(day: date) -> LocalText:
    """Return the day in each of the six languages."""
    return LocalText.from_mapping({locale: format_day(day, locale) for locale in RESIDENT_LOCALES})


def weekday_name(day: date) -> str:
    """Return the weekday in one short word of the current language."""
    return str(
        get_day_names("abbreviated", locale=current_locale().partition("@")[0])[day.weekday()]
    )
