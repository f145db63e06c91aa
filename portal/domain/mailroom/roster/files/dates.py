"""Parse the dates of an extract, in every style that registers use.

Months and days may be unknown.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from portal.domain.foundation.wareki import ERAS

STYLES = ("era_name", "era_letter", "era_code", "western")
"""平成17年4月2日 · H17.04.02 · 4170402 · 20050402 or 2005/4/2."""
ALL_STYLES = frozenset(STYLES)
ERA_CODES = {"1": "明治", "2": "大正", "3": "昭和", "4": "平成", "5": "令和"}
OVERRUN_YEARS = 5
"""For how many years a register may keep counting an ended era; more is a typing error."""

_STARTS = {name: start for name, _letter, start in ERAS}
_LETTERS = {letter: name for name, letter, _start in ERAS}
_ENDS = dict(
    zip(
        [era[0] for era in ERAS], [date.max, *(era[2] - timedelta(1) for era in ERAS)], strict=False
    )
)
_NAME = re.compile(
    "("
    + "|".join(_STARTS)
    + r")(元|[0-9]{1,2})年(?:([0-9]{1,2})月(?:([0-9]{1,2})日)?)?(?:月?日?不詳)?"
)
_LETTER = re.compile("([" + "".join(_LETTERS) + r"])([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")
_CODE = re.compile(r"([1-5])([0-9]{2})([0-9]{2})([0-9]{2})")
_WESTERN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})|([0-9]{4})([./-])([0-9]{1,2})\5([0-9]{1,2})")
_WESTERN_NAME = re.compile(r"([0-9]{4})年(?:([0-9]{1,2})月(?:([0-9]{1,2})日)?)?(?:月?日?不詳)?")


class DateReading(NamedTuple):
    """The days that a date can mean; ``earliest`` equals ``latest`` if it is complete."""

    earliest: date
    latest: date
    normalised: bool = False
    """Whether the year was beyond the end of its era (平成31年5月1日) and was converted."""

    @property
    def partial(self) -> bool:
        """Whether month or day are unknown."""
        return self.earliest != self.latest


@lru_cache(maxsize=100_000)
def read_date(text: str, styles: frozenset[str] = ALL_STYLES) -> DateReading | None:
    """Return the meaning of a date in an extract; None if it is empty or not in the calendar.

    Width and padding do not matter; a month or day of 00 is unknown (2010-00-00 is some day of
    2010).
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    try:
        return _read(folded, styles)
    except ValueError:
        return None


def _read(text: str, styles: Iterable[str]) -> DateReading | None:
    if "era_name" in styles and (found := _NAME.fullmatch(text)):
        return _era(
            found[1],
            1 if found[2] == "元" else int(found[2]),
            int(found[3] or 0),
            int(found[4] or 0),
        )
    if "era_letter" in styles and (found := _LETTER.fullmatch(text.upper())):
        return _era(_LETTERS[found[1]], int(found[2]), int(found[3]), int(found[4]))
    if "era_code" in styles and (found := _CODE.fullmatch(text)):
        return _era(ERA_CODES[found[1]], int(found[2]), int(found[3]), int(found[4]))
    if "western" in styles:
        if found := _WESTERN.fullmatch(text):
            year, month, day = (
                (found[1], found[2], found[3]) if found[1] else (found[4], found[6], found[7])
            )
            return DateReading(*_span(int(year), int(month), int(day)))
        if found := _WESTERN_NAME.fullmatch(text):
            return DateReading(*_span(int(found[1]), int(found[2] or 0), int(found[3] or 0)))
    return None


def _era(name: str, year: int, month: int, day: int) -> DateReading | None:
    start, end = _STARTS[name], _ENDS[name]
    if year < 1:
        return None
    earliest, latest = _span(start.year + year - 1, month, day)
    if latest < start or (end < date.max and earliest.year > end.year + OVERRUN_YEARS):
        return None
    # an unknown day in the first or last year of an era is within the era
    if earliest != latest and earliest <= end:
        return DateReading(max(earliest, start), min(latest, end))
    return DateReading(earliest, latest, normalised=earliest > end)


def _span(year: int, month: int, day: int) -> tuple[date, date]:
    if month == 0 and day == 0:
        return date(year, 1, 1), date(year, 12, 31)
    if day == 0:
        first = date(year, month, 1)
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    exact = date(year, month, day)
    return exact, exact
