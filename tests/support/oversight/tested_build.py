"""A build of the program that carries results of tests, as the wheel of a release does."""

import json
from pathlib import Path

import pytest

import portal
from portal.domain.foundation import resources
from tests.support.tested import named_tests

DAY = "2023-07-01"


def carry_results(
    folder: Path, patch: pytest.MonkeyPatch, *failed: str, version: str = portal.__version__
) -> None:
    """Let the program carry results in which all passed but the named tests."""
    tests = {name: "failed" if name in failed else "passed" for name in named_tests()}
    told = {"version": version, "commit": "ab" * 20, "day": DAY, "sources": "", "tests": tests}
    file = folder / f"results-{len(failed)}-{version}.json"
    file.write_text(json.dumps(told), "utf-8")
    patch.setattr(resources, "TEST_RESULTS", file)


@pytest.fixture
def tested_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests passed."""
    carry_results(tmp_path, monkeypatch)
