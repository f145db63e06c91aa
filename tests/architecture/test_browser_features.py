"""Pages are for browsers of five years ago.

What came later is dated, and the table says what happens without it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser_features import (
    CALL,
    CONDITION,
    PART_OF,
    PSEUDO,
    Block,
    features,
    read_css,
)
from tests.support.sources import ROOT, short

SHEETS = sorted((ROOT / "static" / "css").glob("*/*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FUNCTION = re.compile(r"(?<![\w-])([a-z-]+)\(")
NEWER_SYNTAX = {
    "logical assignment, 2020": re.compile(r"\?\?=|\|\|=|&&="),
    "private names and class fields, 2021": re.compile(r"\bthis\.#|\bstatic\s*\{"),
    "at() and findLast(), 2022": re.compile(r"\.(?:at|findLast|findLastIndex)\("),
    "Object.hasOwn and structuredClone, 2022": re.compile(r"Object\.hasOwn\b|structuredClone"),
    "copies of lists, 2023": re.compile(r"\.(?:toSorted|toReversed|toSpliced|with)\("),
    "looking behind in patterns, 2023": re.compile(r"\(\?<[=!]"),
    "groups and promises, 2024": re.compile(r"(?:Object|Map)\.groupBy|Promise\.withResolvers"),
}
"""Syntax and built-ins that no script of ours needs; since when all browsers have them."""


def _rules(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _rules(block.rules)


def _used_in_sheet(path: Path) -> Iterator[tuple[str, str]]:
    for block in _rules(read_css(re.sub(r'"[^"]*"', '""', path.read_text("utf-8")))):
        if block.head.startswith("@"):
            yield from (("at_rule", one) for one in CONDITION.findall(block.head))
        else:
            yield from (("pseudo", one) for one in PSEUDO.findall(block.head))
        for line in block.declarations:
            name, _colon, value = (part.strip() for part in line.partition(":"))
            if not name.startswith("--"):
                yield "property", name
            yield from (("function", one) for one in FUNCTION.findall(value))
            yield from (("value", one) for one in _late_values(name, value))


def _late_values(name: str, value: str) -> Iterator[str]:
    for one in features().late_names("value"):
        owner, colon, word = (part.strip() for part in one.partition(":"))
        if (not colon and owner in value) or (owner == name and word == value):
            yield one


def _used_in_script(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text("utf-8")
    yield from (("api", one) for pattern in (CALL, PART_OF) for one in pattern.findall(text))


def _used() -> dict[tuple[str, str], str]:
    found = {one: short(path) for path in SHEETS for one in _used_in_sheet(path)}
    found |= {one: short(path) for path in SCRIPTS for one in _used_in_script(path)}
    for path in TEMPLATES:
        for name in features().late_names("attribute"):
            if re.search(rf"<[a-z]+\s[^>]*\b{name}(?:=|[\s>])", path.read_text("utf-8")):
                found["attribute", name] = short(path)
    return found


PLURAL = {
    "property": "properties",
    "function": "functions",
    "pseudo": "pseudos",
    "at_rule": "at_rules",
    "api": "apis",
}


def test_whatever_a_page_asks_of_a_browser_is_dated() -> None:
    table = features()
    new = [
        f"{path}: {kind} {name}"
        for (kind, name), path in sorted(_used().items())
        if name not in table.late_names(kind) | table.old.get(PLURAL.get(kind, ""), frozenset())
    ]
    assert new == [], "find out since when Chrome, Firefox and Safari have it; write it down"


def test_what_came_later_is_used_and_says_what_happens_without_it() -> None:
    table, used = features(), _used()
    assert [one.name for one in table.late if (one.kind, one.name) not in used] == []
    for one in table.late:
        assert one.year > table.counted_from, f"{one.name} is old"
        assert one.without.endswith("."), one.name


@pytest.mark.parametrize("path", [*SCRIPTS, ROOT / ".build" / "vendor" / "htmx.min.js"], ids=short)
def test_scripts_are_written_in_the_language_of_2020(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [name for name, pattern in NEWER_SYNTAX.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", SHEETS, ids=short)
def test_nothing_moves_unless_motion_is_welcome(path: Path) -> None:
    for block in read_css(path.read_text("utf-8")):
        if "prefers-reduced-motion: no-preference" in block.head:
            continue
        for rule in _rules((block,)):
            moving = [one for one in rule.declarations if re.match(r"transition|animation", one)]
            assert moving == [], rule.head
