"""Runs the tests that proofs name and writes what they showed: a step of `./run release`.

As a plugin of pytest it notes the outcome of each test and of each file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from portal.building.tested import FILE, digest_of_sources
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.tested import Shown, name_of
from tests.support.programs.environment import BUILD
from tests.support.sources import ROOT

NOTED = "PORTAL_TEST_NOTED"
"""The environment variable that names the file for the outcomes."""
SHARED = ("-n3", "--dist=loadfile")


class Noting:
    """Notes outcomes by test, without its parameters, and by file; a skipped test shows nothing."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.passed and report.when != "call":
            return
        name = report.nodeid.partition("[")[0]
        for one in (name, name.partition("::")[0]):
            before = self.outcomes.get(one, Shown.PASSED)
            self.outcomes[one] = before if report.passed else Shown.FAILED

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.outcomes), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Note in the process that hears of all tests, not in those that share them."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Noting(Path(os.environ[NOTED])))


def named_tests() -> list[str]:
    """Return the tests that proofs name, in the order of their files."""
    return sorted({name_of(test) for proven in PROVEN_BY_TESTS.values() for test in proven.tests})


def run_tests(names: list[str], clone: Path = ROOT) -> Mapping[str, str]:
    """Run these tests as CI does, and return the outcomes."""
    noted = BUILD / "noted.json"
    noted.unlink(missing_ok=True)
    command = [sys.executable, str(clone / "run"), "test", "-p", __name__, *SHARED, *names]
    subprocess.run(command, cwd=clone, env=os.environ | {NOTED: str(noted)}, check=False)
    if not noted.is_file():
        return {}
    outcomes: Mapping[str, str] = json.loads(noted.read_text("utf-8"))
    return outcomes


def store(
    outcomes: Mapping[str, str], version: str, commit: str, day: date, clone: Path = ROOT
) -> list[str]:
    """Write the results beside the sources that they are of; return the tests that did not pass."""
    shown = {name: str(outcomes.get(name, Shown.NOT_RUN)) for name in named_tests()}
    told = {
        "version": version,
        "commit": commit,
        "day": day.isoformat(),
        "sources": digest_of_sources(clone),
        "tests": shown,
    }
    (clone / FILE).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return [name for name, outcome in shown.items() if outcome != Shown.PASSED]
