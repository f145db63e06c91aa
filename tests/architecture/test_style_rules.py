"""A change of a stylesheet is one line of a diff.

One declaration a line, one rule a block, every part in a sheet.
"""

import re
from pathlib import Path

import pytest

from portal.platform.rendering.stylesheets import STRING_OR_COMMENT, parts
from tests.support.sources import ROOT, short

WIDEST, MOST_LINES = 120, 400
FOLDER = ROOT / "static" / "css"
SHEETS = sorted(FOLDER.glob("*.css"))
PARTS = sorted(FOLDER.glob("*/*.css"))
SELECTOR_OR_VALUE = re.compile(r"[^,;{}]+(?: \{|,)")
DECLARATION_OR_LAST_VALUE = re.compile(r"[\w-]+:(?: [^;{}]+;)?|[^,;{}]+;")
IN_PARENTHESES = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")


def _tokens(path: Path) -> list[str]:
    """Return a stylesheet's lines without comments and the contents of strings and parentheses."""
    bare = STRING_OR_COMMENT.sub(
        lambda found: '""' if found[1] else "\n" * found[0].count("\n"), path.read_text("utf-8")
    )
    return [IN_PARENTHESES.sub("()", line).rstrip() for line in bare.split("\n")]


@pytest.mark.parametrize("sheet", SHEETS, ids=short)
def test_a_sheet_only_names_its_parts(sheet: Path) -> None:
    assert [line for line in _tokens(sheet) if line and not line.startswith("@import ")] == []


def test_every_part_is_in_one_sheet() -> None:
    assert sorted(part for sheet in SHEETS for part in parts(sheet)) == PARTS


@pytest.mark.parametrize("path", PARTS, ids=short)
def test_a_line_holds_one_selector_or_one_declaration(path: Path) -> None:
    packed, depth, goes_on = [], 0, False
    for number, line in enumerate(_tokens(path), 1):
        text = line.strip()
        depth -= text == "}"
        fits = (
            text in {"", "}"}
            or SELECTOR_OR_VALUE.fullmatch(text)
            or (depth and DECLARATION_OR_LAST_VALUE.fullmatch(text))
        )
        astray = not goes_on and len(line) - len(line.lstrip()) != 2 * depth
        if text and (astray or not fits):
            packed.append(f"{short(path)}:{number}: {text}")
        depth += text.endswith("{")
        goes_on = text.endswith((",", ":"))
    assert packed == [], "one selector or one declaration a line, indented by two"
    assert depth == 0


@pytest.mark.parametrize("path", SHEETS + PARTS, ids=short)
def test_stylesheets_fit_on_a_screen(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert [line for line in lines if len(line) > WIDEST] == []
