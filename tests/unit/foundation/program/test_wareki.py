"""Dates in Japanese eras."""

from datetime import date

import pytest

from portal.domain.foundation.wareki import format_wareki, parse_era_date


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2023, 5, 1), "令和5年5月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2005, 4, 2), "平成17年4月2日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
    ],
)
def test_every_era_border_reads_as_the_register_writes_it(day: date, words: str) -> None:
    assert format_wareki(day) == words
    assert parse_era_date(words) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("R5.5.1", date(2023, 5, 1)),
        ("Ｈ１７．０４．０２", date(2005, 4, 2)),
        ("平成 1年 1月 8日", date(1989, 1, 8)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("平成31年5月1日", date(2019, 5, 1)),
    ],
)
def test_people_write_eras_in_many_ways(text: str, day: date) -> None:
    assert parse_era_date(text) == day


@pytest.mark.parametrize(
    "text", ["平成23年2月29日", "令和0年5月1日", "令和元年4月30日", "X5.5.1", "5年5月1日", ""]
)
def test_days_that_never_were_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_era_date(text)
