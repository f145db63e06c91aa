"""What the accessibility statement may say: never more than the results of the last audit carry.

``./run audit`` writes the results. A program that finds no fault does not show that a criterion is
met; only what people tried counts for that (WAIC, notation of conformity with JIS X 8341-3:2016,
2021: 準拠 needs a test in which all criteria are met).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from portal.web.information.criteria import CRITERIA, Criterion

FILE = Path(__file__).resolve().parents[2] / "accessibility.json"


class Notation(StrEnum):
    """How far the site goes with the standard, in the words of WAIC's notation."""

    CONFORMS = "conforms"
    PARTLY = "partly"
    CONSIDERS = "considers"


class PersonTest(Struct, frozen=True):
    """A test by a person.

    Attributes:
        on: The day (JST).
        browser: The browser and its version.
        reader: The screen reader and its version; empty for a test without one.
        met: The numbers of the criteria that were tried and met, or do not apply.
        unmet: Those that were tried and not met.
    """

    on: date
    browser: str
    reader: str
    met: frozenset[str]
    unmet: frozenset[str]


@dataclass(frozen=True, slots=True)
class Audit:
    """The results of ``./run audit``.

    Attributes:
        version: The program's.
        on: The day of the run (JST).
        browser: The browser of the run and its version.
        screens: How many screens and states of the resident site were looked at.
        all_languages: Whether each screen was looked at in all languages; else in Japanese, and in
            one more language in rotation.
        gates: For each criterion the programs that looked for faults and found none.
        persons: Tests by people, oldest first.
    """

    version: str
    on: date
    browser: str
    screens: int
    all_languages: bool
    gates: Mapping[str, Sequence[str]]
    persons: Sequence[PersonTest] = ()


NO_AUDIT = Audit("", date.min, "", 0, all_languages=False, gates={})
"""What stands for the results where there are none."""


class Result(Struct, frozen=True):
    """The result of one criterion.

    Attributes:
        criterion: Which one.
        by_program: Whether a program looked for faults.
        person: The last test by a person that tried it, if any.
        met: What this test said; None without one.
    """

    criterion: Criterion
    by_program: bool
    person: PersonTest | None
    met: bool | None


def results(audit: Audit) -> list[Result]:
    """Return the result of each criterion."""
    found = []
    for one in CRITERIA:
        tried = [test for test in audit.persons if one.number in test.met | test.unmet]
        last = max(tried, key=lambda test: test.on, default=None)
        met = None if last is None else one.number not in last.unmet
        found.append(Result(one, bool(audit.gates.get(one.number)), last, met))
    return found


def notation(found: Sequence[Result]) -> Notation:
    """Return the most that these results carry."""
    if any(one.met is None for one in found):
        return Notation.CONSIDERS
    return Notation.CONFORMS if all(one.met for one in found) else Notation.PARTLY


def read_audit(text: str) -> Audit:
    """Read what ``./run audit`` wrote."""
    content: dict[str, Any] = json.loads(text)
    return Audit(
        content["version"],
        date.fromisoformat(content["on"]),
        content["browser"],
        content["screens"],
        content["all_languages"],
        content["gates"],
        [
            PersonTest(
                date.fromisoformat(one["on"]),
                one["browser"],
                one["reader"],
                frozenset(one["met"]),
                frozenset(one["unmet"]),
            )
            for one in content["persons"]
        ],
    )


@cache
def last_audit() -> Audit | None:
    """Return the results that came with the program; None if there are none."""
    return read_audit(FILE.read_text("utf-8")) if FILE.is_file() else None
