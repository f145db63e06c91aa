"""Parse what people type: full or half width, any hyphen, any space, 西暦 or 和暦."""

import re
import unicodedata
from datetime import date, time
from enum import StrEnum

import jaconv

from portal.domain.foundation.wareki import ERAS

MARKS = "-‐‑‒–—―−ー－ｰ─━~〜～_.・/ 　\t\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"
ERA_OFFSETS = {key: start.year - 1 for name, letter, start in ERAS for key in (name, letter)}
KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
WHOLE_DATE = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])?"
    r"[\s.]*(\d{1,4})\s*[年/.\-\s]\s*(\d{1,2})\s*[月/.\-\s]\s*(\d{1,2})\s*日?"
)
COMPACT_DATE = re.compile(r"()(\d{4})(\d{2})(\d{2})")
OLDEST_YEAR = 1900
CLOCK_TIME = re.compile(
    r"(午前|午後|AM|PM)?\s*(\d{1,2})\s*(?:[:.時]\s*)?(\d{2}|\d(?=\s*分))?\s*分?\s*(AM|PM)?"
)


class DateFault(StrEnum):
    """Why a typed date is invalid; each has its own sentence on the page."""

    EMPTY = "empty"
    YEAR_AMBIGUOUS = "year_ambiguous"
    IMPOSSIBLE = "impossible"
    UNREADABLE = "unreadable"


def folded(text: str) -> str:
    """Return the text in normal width, without separators at its ends."""
    return unicodedata.normalize("NFKC", text).strip(MARKS)


def without_separators(text: str) -> str:
    """Return the text in normal width without any spaces, hyphens and the like."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c not in MARKS)


def digits(text: str) -> str | None:
    """Return the digits of a number, or None if it contains anything else."""
    found = without_separators(text)
    return found if found.isascii() and found.isdigit() else None


def postal_code(text: str) -> str | None:
    """Return seven digits of a postal code."""
    found = digits(text.replace("〒", ""))
    return found if found and len(found) == 7 else None


def telephone(text: str) -> str | None:
    """Return a Japanese telephone number as digits from 0."""
    found = re.sub(r"^\+81", "0", "".join(c for c in without_separators(text) if c not in "()"))
    return found if re.fullmatch(r"0\d{9,10}", found) else None


def kana(text: str) -> str:
    """Return a reading as katakana without spaces."""
    return str(jaconv.hira2kata(folded(text))).replace(" ", "")


def _kanji_numbers(text: str) -> str:
    def number(match: re.Match[str]) -> str:
        run = match[0]
        if "十" not in run:
            return "".join(str(KANJI_DIGITS[c]) for c in run)
        tens, _ten, ones = run.partition("十")
        return str((KANJI_DIGITS[tens] if tens else 1) * 10 + (KANJI_DIGITS[ones] if ones else 0))

    return re.sub("[〇一二三四五六七八九十]+", number, text)


def whole_date(text: str) -> date | DateFault:
    """Parse a date written in one piece, 西暦 or 和暦.

    A two-digit year without an era is never guessed.
    """
    clean = _kanji_numbers(folded(text).replace("元年", "1年")).upper()
    if not clean:
        return DateFault.EMPTY
    match = WHOLE_DATE.fullmatch(clean) or COMPACT_DATE.fullmatch(clean)
    if match is None:
        return DateFault.UNREADABLE
    return _date(_full_year(match[1] or "", int(match[2])), int(match[3]), int(match[4]))


def clock_time(text: str) -> time | None:
    """Parse a time of day, such as 14:05, 1405, 14時5分 or 午後2時5分; None if it is none."""
    match = CLOCK_TIME.fullmatch(_kanji_numbers(folded(text)).upper())
    if match is None or (match[1] and match[4]):
        return None
    half, hour, minute = match[1] or match[4] or "", int(match[2]), int(match[3] or 0)
    if half:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half in {"午後", "PM"} else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def date_in_parts(era: str, year: str, month: str, day: str) -> date | DateFault:
    """Parse a date typed in three fields.

    ``era`` is empty for 西暦; an era may also be typed in the year field.
    """
    parts = [folded(p) for p in (year, month, day)]
    if not any(parts):
        return DateFault.EMPTY
    if parts[0] and not parts[1] and not parts[2]:
        return whole_date(year)
    text = _kanji_numbers(re.sub(r"年$", "", parts[0]).replace("元", "1")).upper()
    match = re.fullmatch(r"(令和|平成|昭和|大正|明治|[RHSTM])?[\s.]*(\d{1,4})", text)
    month_no, day_no = digits(parts[1].removesuffix("月")), digits(parts[2].removesuffix("日"))
    if match is None or month_no is None or day_no is None:
        return DateFault.UNREADABLE
    return _date(_full_year(match[1] or era, int(match[2])), int(month_no), int(day_no))


def _full_year(era: str, year: int) -> int | None:
    """Return the 西暦 year; None for one without an era that is too short to be one."""
    if era:
        return year + ERA_OFFSETS.get(era, 0)
    return year if year >= OLDEST_YEAR else None


def _date(year: int | None, month: int, day: int) -> date | DateFault:
    if year is None:
        return DateFault.YEAR_AMBIGUOUS
    try:
        return date(year, month, day)
    except ValueError:
        return DateFault.IMPOSSIBLE
