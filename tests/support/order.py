"""The order of the whole suite: files that load the cores beside files that mostly wait.

Tests in a browser keep a core busy, those of functions wait for databases and disks. Mixed, they fill
two cores from the first minute to the last; short tests come at the end.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

TOGETHER = ("browser", "functional")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--in-turns"):
        items[:] = mixed(items)


def mixed(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests file by file, so that each part is half done when the others are."""
    parts: dict[str, list[list[pytest.Item]]] = {}
    for path, tests in groupby(items, lambda item: item.path):
        parts.setdefault(_part(path), []).append(list(tests))
    placed: list[tuple[float, list[pytest.Item]]] = []
    for name, files in parts.items():
        total, before = sum(map(len, files)), 0
        for tests in files:
            placed.append((before / total if name in TOGETHER else 1.0, tests))
            before += len(tests)
    placed.sort(key=lambda file: file[0])
    return [test for _place, tests in placed for test in tests]


def _part(path: Path) -> str:
    return next((name for name in TOGETHER if f"/tests/{name}/" in path.as_posix()), "")
