"""A copy of the tree in which tests run, each run for a limited time."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from tests.mutants.entries import ROOT, Mutant

ENDING = 20.0
"""Seconds in which tests that are told to end may take down what they started."""


class Outcome(StrEnum):
    """How a run of tests ended."""

    PASSED = "passed"
    FAILED = "failed"
    ENDLESS = "did not end in time"
    UNFIT = "could not be run"


EXIT_CODES = {0: Outcome.PASSED, 1: Outcome.FAILED}
"""What pytest's exit code says; any other is a fault of the entry, not a test that noticed."""


class Copy:
    """A copy of the tree in which one thing at a time is taken out.

    ``limit``: seconds that one run of tests may take.
    """

    def __init__(self, tree: Path, server: dict[str, str], limit: float) -> None:
        self.tree = tree
        self.limit = limit
        self._environment = environment_of(tree, server)
        self._seconds = 0

    def pytest(self, tests: Sequence[str], on: str, *options: str) -> Outcome:
        """Run tests on one kind of database, unless told otherwise until the first fails."""
        words = "postgresql" if on == "postgresql" else "not postgresql"
        command = [sys.executable, "-m", "pytest", "-q", "-k", words, "-p", "no:cacheprovider"]
        running = subprocess.Popen(
            [*command, *(options or ("-x",)), *tests],
            cwd=self.tree,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return EXIT_CODES.get(running.wait(self.limit), Outcome.UNFIT)
        except subprocess.TimeoutExpired:
            self._end(running)
            return Outcome.ENDLESS

    def red(self, tests: Sequence[str], on: str) -> dict[str, Outcome]:
        """Return which of these single tests do not pass, in one run if that ends.

        A test that was skipped or is not there notices nothing, and could not be run.
        """
        report = self.tree / ".build" / "untouched.xml"
        report.parent.mkdir(exist_ok=True)
        report.unlink(missing_ok=True)
        whole = self.pytest(tests, on, f"--junitxml={report}")
        if whole in {Outcome.PASSED, Outcome.FAILED}:
            passed, failed = _read(report)
            outcomes = {
                test: Outcome.FAILED
                if test in failed
                else Outcome.PASSED
                if test in passed
                else Outcome.UNFIT
                for test in map(_dotted, tests)
            }
            found = {test: outcomes[_dotted(test)] for test in tests}
        else:
            found = {test: self.pytest([test], on) for test in tests}
        return {test: how for test, how in found.items() if how is not Outcome.PASSED}

    @contextlib.contextmanager
    def without(self, one: Mutant) -> Iterator[None]:
        """Take one thing out, and put it back at the end.

        Raises:
            EntryError: the entry does not fit the source.
        """
        path = self.tree / one.file
        source, written = path.read_text("utf-8"), path.stat().st_mtime_ns
        changed = one.changed(source)
        # bytecode is taken for fresh by size and second: each state of a file has its own second
        self._seconds += 1
        _write(path, changed, written + self._seconds * 1_000_000_000)
        try:
            yield
        finally:
            _write(path, source, written)

    def _end(self, running: subprocess.Popen[bytes]) -> None:
        """Let the tests take down their servers, then end what is left of this copy."""
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(ENDING)
        running.kill()
        running.wait()
        mark = f"PYTHONPATH={self.tree}".encode()
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)


def _write(path: Path, source: str, at: int) -> None:
    path.write_text(source, "utf-8")
    os.utime(path, ns=(at, at))


def _dotted(test: str) -> str:
    file, _, name = test.partition("::")
    return f"{file.removesuffix('.py').replace('/', '.')}::{name}"


def _read(report: Path) -> tuple[set[str], set[str]]:
    """Return the tests of a report that passed in one form at least, and that failed in one."""
    passed, failed = set[str](), set[str]()
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{str(case.get('name')).partition('[')[0]}"
        kinds = {part.tag for part in case}
        if kinds & {"failure", "error"}:
            failed.add(name)
        elif "skipped" not in kinds:
            passed.add(name)
    return passed, failed


def copy_tree(target: Path) -> None:
    """Copy the project and what was built for it, so that the work tree is never touched."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    shutil.copytree(
        ROOT / ".build",
        target / ".build",
        ignore=shutil.ignore_patterns("uv", "install", "wheel", "release", "mutants"),
    )


def environment_of(tree: Path, server: dict[str, str]) -> dict[str, str]:
    """Return the environment in which the copy is imported instead of the work tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | server | {"PYTHONPATH": str(tree), "PORTAL_TEST_IS_SET_UP": "yes"}
