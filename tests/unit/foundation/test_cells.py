"""No spreadsheet takes a text of ours for a formula (F25), and every text comes back whole."""

import csv
import re
import sys
import unicodedata
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.domain.foundation.cells import as_cell, begins_like_formula
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.reports.outputs import as_xlsx
from portal.domain.oversight.reports.tables import Report, ReportTable

SIGNS = ("=", "+", "-", "@")
LINES = ("\t", "\r", "\n", "\0")
EVERYTHING = [
    *(f"{sign}1+1" for sign in (*SIGNS, "＝", "＋", "－", "＠", "﹦", "⁺")),
    *(f"{blank}=1+1" for blank in (" ", "\u3000", "\xa0", "\u200b", "\ufeff", "\x0b", *LINES)),
    *(f"{line}あ" for line in LINES),
    '=HYPERLINK("http://evil.example","押す")',
    "@SUM(1+1)|cmd",
    "'=1+1",
]
texts = st.one_of(
    st.text(), st.builds(lambda a, b: a + b, st.sampled_from(EVERYTHING), st.text(max_size=5))
)


def runs(cell: str) -> bool:
    """What the specification calls a formula: its first sign after blanks, in normal width."""
    if cell[:1] in {*LINES}:
        return True
    kept = cell.lstrip().lstrip("\u200b\ufeff\x0b").lstrip()
    return unicodedata.normalize("NFKC", kept)[:1] in {*SIGNS}


@pytest.mark.parametrize("text", EVERYTHING)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "鶉野　瑠璃子", "1-2-3", "ー", "〒139-0001", "'あ", "a=1"])
def test_what_does_not_stays_as_it_is(text: str) -> None:
    assert as_cell(text) == text
    assert not begins_like_formula(text)


def test_every_character_that_becomes_a_sign_is_known() -> None:
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        plain = unicodedata.normalize("NFKC", character)
        if plain.startswith(SIGNS):
            assert begins_like_formula(character), hex(point)


@given(texts)
def test_no_cell_runs_and_every_text_comes_back(text: str) -> None:
    cell = as_cell(text)
    assert not runs(cell)
    assert cell in {text, f"'{text}"}
    unmarked = cell[1:] if cell.startswith("'") and as_cell(cell[1:]) == cell else cell
    assert unmarked == text


@given(st.lists(texts, min_size=1, max_size=4))
def test_a_file_of_the_export_is_read_back_without_a_formula(
    tmp_path_factory: pytest.TempPathFactory, row: list[str]
) -> None:
    root = tmp_path_factory.mktemp("cells")
    Folder(root).put_rows("list", [f"c{place}" for place in range(len(row))], [row])
    with (root / "list.csv").open(encoding="utf-8-sig", newline="") as opened:
        _columns, cells = csv.reader(opened)
    assert not [cell for cell in cells if runs(cell)]
    assert cells == [as_cell(text) for text in row]


@pytest.mark.parametrize("text", EVERYTHING)
def test_a_workbook_that_is_opened_again_holds_the_text_itself(text: str, tmp_path: Path) -> None:
    table = ReportTable("一覧", ("名前",), [(text,)])
    path = tmp_path / "report.xlsx"
    path.write_bytes(as_xlsx(Report("報告", "区", "会社", [("名前", text)], [table])))
    with CalamineWorkbook.from_path(path) as book:
        facts, listed = (book.get_sheet_by_index(place) for place in (0, 1))
        assert list(facts.iter_rows())[-1] == ["名前", text]
        assert list(listed.iter_rows())[-1] == [text]
    with ZipFile(path) as opened:
        sheets = [name for name in opened.namelist() if "worksheets/" in name]
        assert sheets
        for name in sheets:
            assert not re.search(rb"<(?:\w+:)?(?:f|hyperlink)[ />]", opened.read(name))
