"""What the tests of this release showed, as its wheel carries it.

``./run release`` runs the tests that proofs name and writes their results; a wheel takes them along
only if they are of its own sources. A clone, and a wheel that somebody built themselves, has none.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from msgspec import Struct

from portal import __version__
from portal.domain.foundation import resources
from portal.domain.foundation.texts import Sentence

Test = tuple[str, str]
"""File and name of a test; "" names a whole file."""


class ProvenByTests(Struct, frozen=True):
    """A promise that tests show; ``tests`` are pairs of file and name, "" for a whole file."""

    check: Sentence
    tests: tuple[Test, ...]


class Shown(StrEnum):
    """What tests showed: all passed, one did not, or one was not run."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


class Results(Struct, frozen=True):
    """The results of one run: of which version and commit, on which day (UTC), by test."""

    version: str
    commit: str
    day: date
    outcomes: Mapping[str, str]

    def of(self, tests: Sequence[Test]) -> Shown:
        """Return what these tests showed together."""
        shown = {self.outcomes.get(name_of(test), Shown.NOT_RUN) for test in tests}
        if shown == {Shown.PASSED}:
            return Shown.PASSED
        return Shown.NOT_RUN if shown <= {Shown.PASSED, Shown.NOT_RUN} else Shown.FAILED


def name_of(test: Test) -> str:
    """Return the name by which results hold a test."""
    path, function = test
    return f"{path}::{function}" if function else path


def results() -> Results | None:
    """Return the results that this program carries; None without, or if they are another's."""
    return _read(resources.TEST_RESULTS)


@cache
def _read(file: Path) -> Results | None:
    if not file.is_file():
        return None
    told = json.loads(file.read_text("utf-8"))
    if told["version"] != __version__:
        return None
    return Results(
        told["version"], told["commit"], date.fromisoformat(told["day"]), dict(told["tests"])
    )
