"""Properties of the byte parser and of dates, for any input."""

import csv
import hashlib
import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.demo.families import write_era, write_padded
from portal.domain.foundation.wareki import format_wareki
from portal.domain.mailroom.roster.checks import characters
from portal.domain.mailroom.roster.files.csv_bytes import (
    RosterFileError,
    quoted,
    read_lines,
    unquoted,
)
from portal.domain.mailroom.roster.files.dates import read_date

CELLS = st.text(st.sampled_from('ab,"\r\n 表ソ十能髙①　ｶ'), max_size=8)


def parse(data: bytes) -> list[list[bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        lines = read_lines(path, hashlib.sha256())
        rows = []
        for number, line in enumerate(lines, 1):
            if line.strip(b"\r\n"):
                rows.append(
                    quoted(line, b",", number, lines)[0] if b'"' in line else unquoted(line, b",")
                )
        return rows


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=5), max_size=6),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], line_end: str) -> None:
    out = io.StringIO(newline="")
    # Python's writer leaves a line break of another kind than its own without quotes
    writer = (
        csv.writer(out)
        if line_end == "\r\n"
        else csv.writer(out, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    )
    writer.writerows(rows)
    assert [
        [cell.decode("cp932") for cell in row] for row in parse(out.getvalue().encode("cp932"))
    ] == rows


PIECES = st.lists(st.sampled_from([b'"', b",", b"\r", b"\n", b"\x1a", b"a", b"\x81"]), max_size=30)
"""What the parser treats in a way of its own, which random bytes seldom bring together."""


@given(st.binary(max_size=200) | PIECES.map(b"".join))
def test_any_bytes_are_either_read_or_refused_with_a_line(data: bytes) -> None:
    line = None
    try:
        assert sum(len(row) - 1 for row in parse(data)) <= data.count(b",")
    except RosterFileError as refused:
        line = refused.line
    assert line is None or 1 <= line <= data.count(b"\n") + data.count(b"\r") + 1


@given(st.dates(date(1873, 1, 1), date(2040, 12, 31)))
def test_a_day_is_read_back_however_it_is_written(day: date) -> None:
    for text in (
        write_era(day),
        write_padded(day),
        format_wareki(day),
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
    ):
        reading = read_date(text)
        assert reading is not None
        assert (reading.earliest, reading.latest, reading.normalised) == (day, day, False)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_none(text: str) -> None:
    reading = read_date(text)
    assert reading is None or reading.earliest <= reading.latest


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("4170402", "2005-04-02", "2005-04-02"),
        ("H29.01.15", "2017-01-15", "2017-01-15"),
        ("㍻17年4月2日", "2005-04-02", "2005-04-02"),
        ("平成３１年５月１日", "2019-05-01", "2019-05-01"),
        ("20100000", "2010-01-01", "2010-12-31"),
        ("20120200", "2012-02-01", "2012-02-29"),
        ("平成22年月日不詳", "2010-01-01", "2010-12-31"),
        ("平成元年00月00日", "1989-01-08", "1989-12-31"),
    ],
)
def test_the_styles_of_registers(text: str, first: str, last: str) -> None:
    reading = read_date(text)
    assert reading is not None
    assert (reading.earliest.isoformat(), reading.latest.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "平成23年2月29日",
        "令和元年4月30日",
        "昭和99年1月1日",
        "平成0年1月1日",
        "20231301",
        "12345",
    ],
)
def test_no_days(text: str) -> None:
    assert read_date(text) is None


def test_a_layout_may_refuse_styles() -> None:
    assert read_date("4170402", frozenset({"western"})) is None


def test_keys_fold_width_spaces_and_hyphens_and_never_the_stored_text() -> None:
    assert characters.fold(" ｺｰﾎﾟ水鏡　１０１－２") == characters.fold("コーポ水鏡101-2")
    assert characters.beyond_jisx0208("髙橋")
    assert not characters.beyond_jisx0208("高橋～〜－−ソ表")
