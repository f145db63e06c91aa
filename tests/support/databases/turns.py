"""Which database a test of pages runs on where the whole suite runs: one of the two, in turns.

Pages hand on what services answer, and a service's own tests run on both databases. So do tests of
pages that let several people work at once. Whoever names files gets both for every test.

A long test that asks little of its database (``in_turn``) runs on one where the whole suite runs,
and on the other one with the matrices, so that nothing is left out.
"""

import re
import zlib
from functools import cache
from pathlib import Path

import pytest

DATABASES = ("sqlite", "postgresql")
PAGES = re.compile(r"/(admin|resident)/|/test_\w*pages?\.py")
AT_ONCE = re.compile(r"\b(threading|concurrent|asyncio|gather)\b")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--in-turns",
        action="store_true",
        help="tests of pages on one database each, half of them on SQLite, half on PostgreSQL",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_to_the_matrices(items)
    if not config.getoption("--in-turns") or config.getoption("--full-matrix"):
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if _has_its_turn(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def leave_to_the_matrices(items: list[pytest.Item]) -> None:
    """Mark the long tests (``in_turn``) on the database that is not theirs."""
    for item in items:
        if item.get_closest_marker("in_turn") and not _is_its_turn(item):
            item.add_marker("matrix")


def _has_its_turn(item: pytest.Item) -> bool:
    return _is_its_turn(item) or not is_of_pages(item.path)


def _is_its_turn(item: pytest.Item) -> bool:
    found = getattr(item, "callspec", None)
    database = found.params.get("new_database") if found else None
    return database is None or bool(database == turn_of(item.nodeid.replace(database, "")))


def turn_of(name: str) -> str:
    """The database of a test, by its name without one: the same in every run."""
    return DATABASES[zlib.crc32(name.encode()) % 2]


@cache
def is_of_pages(path: Path) -> bool:
    """Whether a file tests pages one after the other, as its place and its source say."""
    return bool(PAGES.search(path.as_posix())) and not AT_ONCE.search(path.read_text("utf-8"))
