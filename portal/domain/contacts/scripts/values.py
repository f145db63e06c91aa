"""Values that scripts quote from the program: days, hours, numbers, as in the ward's own texts."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.day_text import day_in_all_languages
from portal.domain.foundation.program.hours_text import closed_days, hours_text
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.reading.texts import fill_values
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale

NAMES = (
    "ward",
    "program",
    "contractor",
    "office",
    "telephone",
    "fax",
    "hours",
    "closed",
    "amount",
    "base_date",
    "birth_from",
    "birth_to",
    "sign_in_to",
    "redelivery_to",
    "new_letter_to",
    "alternative_to",
    "decline_to",
    "exchange_to",
    "use_to",
    "last_staffed_day",
    "storage_days",
    "redeliveries",
)
"""Every name that a script may quote."""


@lru_cache(maxsize=4)
def values_of(program: Program) -> Mapping[str, LocalText]:
    """Return the value of each of ``NAMES``.

    ``storage_days`` and ``redeliveries`` are plain numbers without a unit.
    """
    windows, calendar = program.windows, program.calendar
    known = fill_values(program.names, program.contact, program.eligibility, windows)
    days: dict[str, date] = {
        "redelivery_to": windows.redelivery.last_day,
        "new_letter_to": windows.new_letter.last_day,
        "alternative_to": windows.alternative.last_day,
        "last_staffed_day": calendar.last_staffed_day() or calendar.last_day,
    }
    spoken: dict[str, dict[str, str]] = {"hours": {}, "closed": {}}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            spoken["hours"][locale], spoken["closed"][locale] = (
                hours_text(calendar),
                closed_days(calendar),
            )
    numbers = {
        "storage_days": _storage_days(program),
        "redeliveries": program.requests.redeliveries,
    }
    found = dict(known) | {name: day_in_all_languages(day) for name, day in days.items()}
    found |= {name: LocalText.from_mapping(texts) for name, texts in spoken.items()}
    found |= {
        name: LocalText.from_mapping(dict.fromkeys(RESIDENT_LOCALES, str(n)))
        for name, n in numbers.items()
    }
    return {name: found[name] for name in NAMES}


def _storage_days(program: Program) -> int:
    return max((rule.storage_days for rule in program.request_rules), default=7)
