"""The last whole run of the faults: when, of which program, on what machine, and what it came to.

``./run faults --all`` writes it (``RECORD``), and its part of the guide. A release is refused
without a run of its own version in which everything passed.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

import portal
from tests.support.programs.postgres_server import postgres_programs
from tests.support.sources import ROOT

RECORD = Path(".github/figures/faults.json")
GUIDE = Path(".github/guides/faults.md")
PART = re.compile(r"(?<=## The last whole run\n).*?(?=\n## |\Z)", re.DOTALL)
PRODUCT = ("portal", "admin", "templates", "static", "locales", "requirements.lock")
"""What is tried: where one of these changed after the run, the run was of something else."""
NO_RUN = "\nNone was kept yet.\n"
HOW = (
    "Run `./run faults --all` with this version, on a machine that does nothing else, and commit "
    f"{RECORD} and {GUIDE}."
)


class Note(Protocol):
    """What a test keeps its figures with."""

    def __call__(self, **figures: float) -> None:
        """Keep figures; the name of each ends with its unit."""
        ...


@dataclass
class Tried:
    """One test: how it ended, how long it took, and the figures that it noted."""

    outcome: str
    seconds: float
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class Run:
    """One whole run.

    Attributes:
        version: The program's.
        commit: What was checked out.
        changed: Whether files of the program were changed beside it.
        begun: When (UTC).
        seed: The chance of its kill points.
        seconds: How long it took.
        cores: Those of the machine.
        load: How many processes wanted a core, in the minute before and in the last one.
        postgresql: The version of the database's programs.
        tests: What became of each test.
    """

    version: str
    commit: str
    changed: bool
    begun: str
    seed: int
    seconds: float = 0.0
    cores: int = field(default_factory=lambda: os.cpu_count() or 0)
    load: list[float] = field(default_factory=lambda: [round(os.getloadavg()[0], 1)])
    postgresql: str = ""
    tests: dict[str, Tried] = field(default_factory=dict)

    @classmethod
    def beginning(cls, seed: int) -> "Run":
        """Return a run of what is checked out here, that begins now."""
        changed = bool(_git(ROOT, "status", "--porcelain", "--", *PRODUCT))
        begun = datetime.now(UTC).isoformat(timespec="minutes")
        made = cls(portal.__version__, _git(ROOT, "rev-parse", "HEAD"), changed, begun, seed)
        programs = postgres_programs()
        if programs is not None:
            command = [str(programs / "postgres"), "--version"]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            made.postgresql = said.split()[2]
        return made

    @classmethod
    def read(cls, text: str) -> "Run":
        """Read what ``written`` returned."""
        content = json.loads(text)
        tests = {name: Tried(**tried) for name, tried in content.pop("tests").items()}
        return cls(**content, tests=tests)

    def written(self) -> str:
        """Return the run as the text of its file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def with_outcome(self, outcome: str) -> list[str]:
        """Return the tests that ended so."""
        return sorted(name for name, tried in self.tests.items() if tried.outcome == outcome)

    def shown(self) -> str:
        """Return the run as its part of the guide."""
        tree = " with changes that were not committed" if self.changed else ""
        busy = " It did other work besides." if max(self.load) > 2 * self.cores else ""
        said = (
            f"`./run faults --all` on {self.begun[:10]}: version {self.version}, commit "
            f"`{self.commit[:8]}`{tree}, seed {self.seed}, PostgreSQL {self.postgresql}; "
            f"{self.seconds / 60:.0f} minutes on {self.cores} cores, load "
            f"{self.load[0]:.0f} before and {self.load[-1]:.0f} at the end.{busy} "
            f"{len(self.with_outcome('passed'))} passed, {len(self.with_outcome('failed'))} failed,"
            f" {len(self.with_outcome('skipped'))} skipped."
        )
        lines = ["", said, ""]
        lines += [f"- **Failed**: `{name}`" for name in self.with_outcome("failed")]
        lines += [f"- **Skipped**: `{name}`" for name in self.with_outcome("skipped")]
        lines += ["", "| test | figures |", "|---|---|"]
        for name, tried in sorted(self.tests.items()):
            if tried.figures:
                figures = ", ".join(f"{key} {value:g}" for key, value in tried.figures.items())
                lines.append(f"| `{name}` | {figures} |")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def keep(run: Run, clone: Path = ROOT) -> None:
    """Write a run into its file and into the guide."""
    (clone / RECORD).write_text(run.written(), "utf-8")
    guide = clone / GUIDE
    shown = run.shown()
    guide.write_text(PART.sub(lambda _old: shown, guide.read_text("utf-8")), "utf-8")


def fault_refusals(clone: Path, version: str) -> Iterator[str]:
    """Yield why the last run does not speak for a version, each with the next step."""
    file = clone / RECORD
    if not file.is_file():
        yield f"Nobody has tried all faults. {HOW}"
        return
    run = Run.read(file.read_text("utf-8"))
    if run.version != version:
        yield f"All faults were last tried with version {run.version}. {HOW}"
    elif run.changed or _differs(clone, run.commit):
        yield f"The program is another one than that of the last run ({run.commit[:8]}). {HOW}"
    unproven = [name for name, tried in sorted(run.tests.items()) if tried.outcome != "passed"]
    if unproven or not run.tests:
        yield f"The last run of the faults did not pass: {', '.join(unproven) or 'no test'}. {HOW}"


def _differs(clone: Path, commit: str) -> bool:
    command = ["git", "-C", str(clone), "diff", "--quiet", commit, "HEAD", "--", *PRODUCT]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _git(clone: Path, *arguments: str) -> str:
    command = ["git", "-C", str(clone), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class Recorder:
    """Pytest's plugin that keeps a whole run."""

    def __init__(self, seed: int) -> None:
        self._run = Run.beginning(seed)
        self._begun = datetime.now(UTC)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what became of a test: it has failed if its beginning or its end did."""
        name = report.nodeid.rpartition("::")[2]
        tried = self._run.tests.setdefault(name, Tried(report.outcome, 0.0))
        tried.seconds = round(tried.seconds + report.duration, 1)
        if report.outcome != "passed":
            tried.outcome = report.outcome
        if report.when == "teardown":
            tried.figures = _figures(report.user_properties)

    def pytest_sessionfinish(self) -> None:
        """Keep the run, whatever it came to."""
        self._run.seconds = round((datetime.now(UTC) - self._begun).total_seconds(), 1)
        self._run.load.append(round(os.getloadavg()[0], 1))
        keep(self._run)


def _figures(properties: list[tuple[str, Any]]) -> dict[str, float]:
    return {name: value for key, found in properties if key == "figures" for name, value in found}
