"""The order of the whole suite: files that load the cores beside files that mostly wait.

Tests in a browser keep a core busy, those of functions wait for databases and disks. Mixed, they
fill two cores from the first minute to the last. Files of many tests come early, short tests last.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

TOGETHER = ("browser", "functional")
File = list[pytest.Item]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--in-turns"):
        items[:] = mixed(items)


def mixed(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests file by file, so that each part is half done when the others are."""
    parts: dict[str, list[File]] = {}
    for path, tests in groupby(items, lambda item: item.path):
        parts.setdefault(_part(path), []).append(list(tests))
    placed: list[tuple[float, File]] = []
    for name, files in parts.items():
        if name not in TOGETHER:
            placed += [(1.0, file) for file in files]
            continue
        total, before = sum(len(file) for file in files), 0
        for file in sorted(files, key=len, reverse=True):
            placed.append((before / total, file))
            before += len(file)
    placed.sort(key=lambda one: one[0])
    return [test for _place, file in placed for test in file]


def _part(path: Path) -> str:
    return next((name for name in TOGETHER if f"/tests/{name}/" in path.as_posix()), "")
