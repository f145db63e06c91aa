"""Templates have one block element a line, indented, and no line over 120 columns.

So a change is a line or two of a diff. No formatter does it: decision 0018 says what djlint did.
"""

import re
import unicodedata

import pytest

from tests.support.sources import ROOT

WIDEST, MOST_LINES, WISHED_LINES = 120, 300, 170
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?:\"[^\"]*\"|'[^']*'|[^\"'>])*>")
BLOCK = re.compile(
    "article|aside|body|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head"
    "|header|html|label|legend|li|main|nav|ol|optgroup|option|p|section|summary|table|tbody|td|template|tfoot"
    "|th|thead|title|tr|ul"
)
OPENING = re.compile(r"\{%[-+]? (if|for|macro|block|with|call|filter) ")
CLOSING = re.compile(r"\{%[-+]? end(if|for|macro|block|with|call|filter) ")


def _source(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _columns(line: str) -> int:
    """Return how wide an editor draws a line: Japanese signs take two columns."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def _blind(source: str) -> str:
    """Return a template whose Jinja tags are blotted out, so that only its HTML reads as HTML."""
    return JINJA.sub(lambda found: re.sub(r"[^\n]", "¤", found[0]), source)


def _indent(source: str, place: int) -> int | None:
    """Return how far in something stands, or None where it does not begin its line."""
    before = source[source.rfind("\n", 0, place) + 1 : place]
    return None if before.strip(" ") else len(before)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_line_is_wider_than_a_screen(name: str) -> None:
    lines = _source(name).splitlines()
    wide = [number for number, line in enumerate(lines, 1) if _columns(line) > WIDEST]
    assert wide == [], f"lines of {name} are wider than {WIDEST} columns"
    assert [number for number, line in enumerate(lines, 1) if line != line.rstrip()] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_block_element_has_a_line_to_itself(name: str) -> None:
    source = _blind(_source(name))
    crowded, opened = [], []
    for tag in TAG.finditer(source):
        closes, element = tag[1] == "/", tag[2]
        if not BLOCK.fullmatch(element):
            continue
        line = source.count("\n", 0, tag.start()) + 1
        indent = _indent(source, tag.start())
        if not closes:
            opened.append((element, indent, line))
            if indent is None:
                crowded.append(f"{line}: <{element}> does not begin its line")
            continue
        if source[tag.end() : tag.end() + 1] not in {"", "\n"}:
            crowded.append(f"{line}: something follows </{element}>")
        matching = next((one for one in reversed(opened) if one[0] == element), None)
        if matching:
            opened.remove(matching)
            if matching[2] != line and indent not in {matching[1], None}:
                crowded.append(f"{line}: </{element}> does not stand under its <{element}>")
    assert crowded == [], f"{name}: one block element a line"


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_ends_a_condition_or_a_loop_stands_under_it(name: str) -> None:
    source = _source(name)
    inside_tags = [range(*tag.span()) for tag in TAG.finditer(_blind(source))]
    astray, opened = [], []
    for tag in JINJA.finditer(source):
        if any(tag.start() in place for place in inside_tags):
            continue
        line = source.count("\n", 0, tag.start()) + 1
        if OPENING.match(tag[0]):
            opened.append((_indent(source, tag.start()), line))
        elif CLOSING.match(tag[0]):
            indent, begun = opened.pop()
            if begun != line and indent is not None and _indent(source, tag.start()) != indent:
                astray.append(f"{line}: {tag[0]}")
    assert astray == [], name
    assert opened == []


def test_templates_are_short() -> None:
    lengths = {name: _source(name).count("\n") for name in TEMPLATES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
    long = [name for name, lines in lengths.items() if lines > WISHED_LINES]
    assert len(long) <= len(lengths) // 10, f"more than one in ten is over {WISHED_LINES}: {long}"
