"""Japanese eras: dates as people in Japan write and read them."""

import re
import unicodedata
from datetime import date

ERAS: tuple[tuple[str, str, date], ...] = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 10, 23)),
)
ERA_DATE = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])\.?"
    r"\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
)


def format_wareki(day: date) -> str:
    """Return a day in its era, such as 令和5年5月1日; the first year is 元年.

    Raises:
        ValueError: the day is before 1868-10-23.
    """
    for name, _letter, start in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"no era for {day.isoformat()}")


def parse_era_date(text: str) -> date:
    """Return the day of an era date in any width.

    Accepts 令和5年5月1日, R5.5.1, H１７．０４．０２ and 平成元年1月8日. A year beyond its era
    (平成31年5月1日) is accepted, because registers contain such dates.

    Raises:
        ValueError: the text is anything else.
    """
    match = ERA_DATE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if match is None:
        raise ValueError("not an era date")
    start = next(start for name, letter, start in ERAS if match[1] in {name, letter})
    year = 1 if match[2] == "元" else int(match[2])
    if year < 1:
        raise ValueError("an era begins with year 1")
    day = date(start.year + year - 1, int(match[3]), int(match[4]))
    if day < start:
        raise ValueError("this day is before the era began")
    return day
