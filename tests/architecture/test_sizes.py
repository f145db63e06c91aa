"""A function and a file are read in one go.

What is longer stands in `oversize.toml`, which only shrinks.

A function is named by the last part of its file's path and its own name, so that a move changes
nothing there.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.sources import ROOT, python_files, short

MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_A_FILE, LINES_OF_NINE_IN_TEN = 400, 250
LISTED = tomllib.loads(Path(__file__).with_name("oversize.toml").read_text("utf-8"))


def product_files() -> Iterator[Path]:
    """Tests tell a story from top to bottom; a migration is frozen as it ran."""
    for path in python_files():
        if not short(path).startswith(("tests/", "portal/migrations/versions/")):
            yield path


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def differences(found: Iterable[str], section: str) -> tuple[list[str], list[str]]:
    """Return what is too large without being listed, and what is listed though it is not."""
    counted = Counter(found)
    listed = Counter(LISTED["to_shorten"][section]) + Counter([*LISTED["reasons"][section]])
    return sorted((counted - listed).elements()), sorted((listed - counted).elements())


def assert_ratchet(found: Iterable[str], section: str, limit: int) -> None:
    new, done = differences(found, section)
    assert new == [], f"longer than {limit} lines: make it smaller"
    assert done == [], "no longer too long: take it out of tests/architecture/oversize.toml"


def test_functions_are_short() -> None:
    long = [
        f"{path.name}::{node.name}"
        for path in product_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    ]
    assert_ratchet(long, "functions", MOST_LINES_OF_A_FUNCTION)


def test_files_are_short() -> None:
    frozen = "portal/migrations/versions/"
    sizes = {path: lines(path) for path in python_files() if not short(path).startswith(frozen)}
    long = [path.name for path, size in sizes.items() if size > MOST_LINES_OF_A_FILE]
    assert_ratchet(long, "files", MOST_LINES_OF_A_FILE)
    middling = sum(size > LINES_OF_NINE_IN_TEN for size in sizes.values())
    assert middling <= len(sizes) * LISTED["share_over_250_lines"], (
        f"{middling} of {len(sizes)} files are longer than {LINES_OF_NINE_IN_TEN} lines"
    )


def test_every_reason_says_something() -> None:
    reasons = [reason for section in LISTED["reasons"].values() for reason in section.values()]
    assert [reason for reason in reasons if len(reason) < 20] == []


def test_the_list_is_in_order() -> None:
    for names in LISTED["to_shorten"].values():
        assert names == sorted(names)


def test_no_module_only_passes_on_what_others_define() -> None:
    """A `conftest.py` may: that is how pytest finds the fixtures of a folder."""
    empty = [
        short(path)
        for path in python_files()
        if path.name != "conftest.py" and only_imports(tree(path).body)
    ]
    assert empty == []


def only_imports(body: list[ast.stmt]) -> bool:
    said = [node for node in body if not isinstance(node, ast.Expr)]
    return bool(said) and all(
        isinstance(node, ast.Import | ast.ImportFrom) or names_all(node) for node in said
    )


def names_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def test_complexity_is_limited_where_everybody_sees_it() -> None:
    """Ruff refuses what is more complex than this; who silences it gives a reason on the line."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert settings["tool"]["ruff"]["lint"]["mccabe"]["max-complexity"] == 10
