"""Numbers with their counters are read as one says them; `said_aloud.toml` is written by hand."""

import re
import tomllib
from datetime import date, time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from portal.domain.foundation.counters import (
    COUNTERS,
    DAY_OF_MONTH,
    TAILS,
    Counter,
    number_reading,
    read_numbers,
    reading,
)
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import plain, use_locale
from tests.support.sources import ROOT

FROM_ONE = tomllib.loads(Path(__file__).with_name("said_aloud.toml").read_text("utf-8"))
LISTED = [
    *(
        (number, COUNTERS.get(counter, DAY_OF_MONTH), said)
        for counter, all_of_it in FROM_ONE.items()
        for number, said in enumerate(all_of_it.split(), 1)
    ),
    (24, COUNTERS["時"], "にじゅうよじ"),
    (100, COUNTERS["回"], "ひゃっかい"),
    (30, COUNTERS["分"], "さんじゅっぷん"),
    (1, COUNTERS["日"], "いちにち"),
    (60, COUNTERS["年"], "ろくじゅうねん"),
]
ALWAYS_ALIKE = {"文字", "万円"}
"""Words whose reading, and that of the number before them, is the same after every number."""


def test_the_list_is_long_enough() -> None:
    assert len(LISTED) >= 200


@pytest.mark.parametrize(("number", "counter", "said"), LISTED)
def test_a_number_with_its_counter_is_read_as_one_says_it(
    number: int, counter: Counter, said: str
) -> None:
    assert reading(number, counter) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "なな"),
        (40, "よんじゅう"),
        (365, "さんびゃくろくじゅうご"),
        (8_600, "はっせんろっぴゃく"),
    ],
)
def test_numbers_are_read(number: int, said: str) -> None:
    assert number_reading(number) == said


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_other_numbers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 9,999"):
        number_reading(number)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5{人|にん}", "5{人|にん}"),
        ("2{人目|にんめ}", "{2人目|ふたりめ}"),
        ("1{人分|にんぶん}", "{1人分|ひとりぶん}"),
        ("10{分間|ぷんかん}", "{10分間|じゅっぷんかん}"),
        ("5{分|ぷん}", "5{分|ふん}"),
        ("1{日|にち}", "1{日|にち}"),
        ("4{月|がつ}1{日|にち}", "{4月|しがつ}{1日|ついたち}"),
        ("3{月|がつ} 1{日|にち}", "3{月|がつ} {1日|ついたち}"),
        ("{2日|ふつか}", "{2日|ふつか}"),
        ("30,001{人|にん}", "30,001{人|にん}"),
        ("2026{年|ねん}", "2026{年|ねん}"),
        ("0{回|かい}", "0{回|かい}"),
        ("12{文字|もじ}", "12{文字|もじ}"),
    ],
)
def test_readings_are_set_where_the_number_changes_them(written: str, read: str) -> None:
    assert read_numbers(written) == read
    assert plain(read) == plain(written)


def test_days_and_times_of_easy_japanese_are_read_right() -> None:
    with use_locale("ja@easy"):
        assert format_day(date(2026, 4, 20)) == "2026{年|ねん}{4月|しがつ}{20日|はつか}"
        assert format_day(date(2026, 5, 11)) == "2026{年|ねん}5{月|がつ}11{日|にち}"
        assert clock_text(time(16, 10)) == "{午後|ごご}{4時|よじ}{10分|じゅっぷん}"


def test_every_counter_of_the_texts_is_known() -> None:
    """One that is not would keep the reading of its kanji alone, whatever its number."""
    with (ROOT / "locales/ja@easy/LC_MESSAGES/messages.po").open("rb") as file:
        texts = [str(message.string) for message in read_po(file)]
    texts += [path.read_text("utf-8") for path in (ROOT / "portal/programs").rglob("*.toml")]
    found = set(re.findall(r"(?:\d|%\(\w+\)[sd])\{([^{}|]+)\|", "\n".join(texts)))
    assert {"人", "回", "日"} <= found
    unknown = {w for w in found if w[0] not in COUNTERS or not TAILS.keys() >= set(w[1:])}
    assert unknown <= ALWAYS_ALIKE
