"""What the tests say of one thing that was taken out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.mutants.entries import EntryError, Mutant
from tests.mutants.runs import Copy, Outcome
from tests.support.asvs import marked

Run = tuple[Sequence[str], Outcome]
"""Tests, and how they ended without what was taken out."""


class Verdict(StrEnum):
    """What a run says of an entry."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on an entry; ``seconds`` it took, ``said`` by whoever must know more."""

    name: str
    verdict: Verdict
    seconds: float
    said: str = ""


def pending(portion: Sequence[Mutant], copy: Copy) -> list["Pending"]:
    """Run the named tests of some entries with nothing taken out, before each is tried."""
    red: dict[tuple[str, str], Outcome] = {}
    for on in sorted({one.on for one in portion}):
        tests = sorted({test for one in portion if one.on == on for test in one.first})
        if tests:
            red |= {(on, test): how for test, how in copy.red(tests, on).items()}
    return [
        Pending(one, {test: red[one.on, test] for test in one.first if (one.on, test) in red})
        for one in portion
    ]


@dataclass(frozen=True)
class Pending:
    """An entry that is to be tried; ``red``: its named tests that do not pass untouched."""

    one: Mutant
    red: dict[str, Outcome]

    def finding(self, copy: Copy) -> Finding:
        """Try it."""
        started = time.monotonic()
        try:
            verdict, said = self._verdict(copy)
        except EntryError as error:
            verdict, said = Verdict.BROKEN, str(error)
        return Finding(self.one.name, verdict, time.monotonic() - started, said)

    def _verdict(self, copy: Copy) -> tuple[Verdict, str]:
        for test, how in self.red.items():
            return Verdict.BROKEN, f"with nothing taken out {test} {how}"
        return verdict_of(self.one, copy)


def verdict_of(one: Mutant, copy: Copy) -> tuple[Verdict, str]:
    """Take one thing out of the copy and run the test that is named, then the whole files.

    Where it is the control of a requirement of ASVS, the tests that bear its number must notice,
    and no other test of their files helps. The named tests were seen to pass with nothing taken
    out; whole files, and tests that do not end, are run so afterwards.

    Raises:
        EntryError: the entry does not fit the source.
    """
    with copy.without(one):
        named = [(tests, _tried(tests, one, copy)) for tests in _bearing(one) or [one.first]]
        runs = named
        if not one.asvs and not _noticed(named):
            runs = [(one.test_files, copy.pytest(one.test_files, one.on))]
    if not _noticed(runs):
        unfit = any(how is Outcome.UNFIT for _, how in runs)
        return (Verdict.BROKEN, f"its tests {Outcome.UNFIT}") if unfit else (Verdict.SURVIVED, "")
    for tests, how in runs:
        if runs is named and how is Outcome.FAILED:
            continue
        started = time.monotonic()
        untouched = copy.pytest(tests, one.on)
        if untouched is not Outcome.PASSED:
            return Verdict.BROKEN, f"with nothing taken out its tests {untouched}, too"
        if how is Outcome.ENDLESS:
            took = time.monotonic() - started
            return Verdict.KILLED, (
                f"by time: its tests did not end within {copy.limit:.0f} s; "
                f"with nothing taken out they ended in {took:.1f} s"
            )
    return Verdict.KILLED, ""


def _tried(tests: Sequence[str], one: Mutant, copy: Copy) -> Outcome:
    return copy.pytest(tests, one.on) if tests else Outcome.PASSED


def _noticed(runs: Sequence[Run]) -> bool:
    return all(how in {Outcome.FAILED, Outcome.ENDLESS} for _, how in runs)


def _bearing(one: Mutant) -> list[tuple[str, ...]]:
    """Return the named tests that bear each number of ASVS of an entry, each group once."""
    bear = marked()
    groups = [tuple(test for test in one.first if test in bear[number]) for number in one.asvs]
    return list(dict.fromkeys(groups))
