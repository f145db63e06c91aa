"""Every entry of the list of mutants fits the source, so that `./run mutants` runs them all."""

import re
from collections import Counter

import pytest

from tests.architecture.test_faults_guide import rows as rows_of_faults
from tests.mutants.entries import Mutant, entries
from tests.support.sources import ROOT

LIST = entries()


@pytest.mark.parametrize("one", LIST, ids=lambda one: one.name)
def test_an_entry_stands_once_in_the_source_and_its_tests_are_there(one: Mutant) -> None:
    one.changed((ROOT / one.file).read_text("utf-8"))
    assert [file for file in one.test_files if not (ROOT / file).is_file()] == []
    for test in one.first:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{name} is gone from {file}"
    assert one.on in {"sqlite", "postgresql"}
    assert len(one.takes_out) > 15


def test_the_list_is_long_and_names_each_entry_once() -> None:
    assert len(LIST) >= 60
    assert [name for name, count in Counter(one.name for one in LIST).items() if count > 1] == []


ROW = re.compile(r"^\| ([AT]\d+) \|.*?([^|\n]*) \|$", re.MULTILINE)
NOT_OURS = "not ours"
NOT_YET = "not built yet"


def test_every_threat_and_limit_of_the_guide_has_an_entry_against_it() -> None:
    rows = ROW.findall((ROOT / ".github/guides/threats.md").read_text("utf-8"))
    assert [name for name, _ in rows] == [
        *(f"A{number}" for number in range(1, 29)),
        *(f"T{number}" for number in range(1, 11)),
    ]
    ours = {name for name, words in rows if not words.strip().startswith((NOT_OURS, NOT_YET))}
    threats = {name for one in LIST for name in one.against if name.startswith(("A", "T"))}
    assert ours == threats


WITHOUT = re.compile(r"^(F\d+) has none: ", re.MULTILINE)
"""A fault that nothing of ours stands against, and why."""


def test_every_fault_has_an_entry_against_it_or_the_guide_says_why_not() -> None:
    guide = (ROOT / ".github/guides/faults.md").read_text("utf-8")
    against = {name for one in LIST for name in one.against}
    tried = {f"F{number}" for row in rows_of_faults() for number in row.faults}
    assert tried - against == set(WITHOUT.findall(guide))
    assert "INV5" in against, "the chain of the audit, which the oracle looks at"


def test_an_entry_against_a_fault_names_a_test_of_that_fault() -> None:
    by_fault: dict[str, set[str]] = {}
    for row in rows_of_faults():
        for number in row.faults:
            by_fault.setdefault(f"F{number}", set()).add(f"{row.path}::{row.test}")
    for one in LIST:
        for name in one.against:
            assert not name.startswith("F") or by_fault[name] & {*one.first}, one.name
