"""What tests show goes into a release as it was, and only with the sources that it is of."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from portal.building.tested import FILE, SINGLE, SOURCES, digest_of_sources, results_of
from tests.support.sources import ROOT
from tests.support.tested import NOTED, named_tests, store

TESTS = """
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_passes(n): pass

@pytest.mark.parametrize("n", [1, 2])
def test_fails_once(n): assert n == 1

@pytest.mark.skip
def test_skipped(): pass

@pytest.fixture
def broken(): raise ValueError

def test_broken(broken): pass
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The folders that a wheel is built of, with a file each."""
    for name in SOURCES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.py").write_text(name)
    for name in SINGLE:
        (tmp_path / name).write_text(name)
    return tmp_path


def test_outcomes_are_noted_by_test_and_by_file(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_good.py").write_text("def test_good(): pass\n")
    noted = tmp_path / "noted.json"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.tested", "-n2", "."],
        cwd=tmp_path,
        env=os.environ | {NOTED: str(noted), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert json.loads(noted.read_text()) == {
        "test_good.py": "passed",
        "test_good.py::test_good": "passed",
        "test_some.py": "failed",
        "test_some.py::test_passes": "passed",
        "test_some.py::test_fails_once": "failed",
        "test_some.py::test_skipped": "failed",
        "test_some.py::test_broken": "failed",
    }


def test_results_are_of_the_sources_that_were_tested(clone: Path) -> None:
    names = named_tests()
    missing = store(dict.fromkeys(names[1:], "passed"), "1.0.0", "ab", date(2026, 12, 1), clone)
    assert missing == names[:1]
    told = results_of(clone)
    assert told is not None
    assert json.loads(told)["tests"] == dict.fromkeys(names, "passed") | {names[0]: "not_run"}
    (clone / "portal" / "one.pyc").write_bytes(b"built")
    assert results_of(clone) == told
    (clone / "admin" / "one.py").write_text("changed")
    assert results_of(clone) is None


def test_a_name_counts_as_well_as_what_is_in_a_file(clone: Path) -> None:
    before = digest_of_sources(clone)
    (clone / "portal" / "one.py").rename(clone / "portal" / "two.py")
    assert digest_of_sources(clone) != before
    (clone / FILE).write_text("{}")
    after = digest_of_sources(clone)
    (clone / FILE).unlink()
    assert digest_of_sources(clone) == after
