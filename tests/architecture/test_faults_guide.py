"""The table of faults against the tests: what it names exists, and what is tried stands in it."""

import re
from dataclasses import dataclass

from tests.support.faults.record import NO_RUN, PART, RECORD, Run
from tests.support.sources import ROOT

GUIDE = ROOT / ".github" / "guides" / "faults.md"
FAULTS = ROOT / "tests" / "faults"
ALL = set(range(1, 26))


@dataclass(frozen=True)
class Row:
    faults: tuple[int, ...]
    path: str
    test: str
    in_ci: bool


def rows() -> list[Row]:
    found = []
    for line in GUIDE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if named := re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", cells[-2] if cells[1:] else ""):
            numbers = tuple(int(number) for number in re.findall(r"F(\d+)", cells[0]))
            found.append(Row(numbers, named[1], named[2], cells[-1] == "yes"))
    return found


def test_every_test_that_the_table_names_exists_and_runs_where_it_says() -> None:
    assert rows()
    for row in rows():
        source = (ROOT / row.path).read_text("utf-8")
        assert f"def {row.test}(" in source, row
        assert ("pytest.mark.long" not in source) == row.in_ci, row


def test_every_fault_has_a_row() -> None:
    named = {number for row in rows() for number in row.faults}
    assert named == ALL


def test_every_fault_that_is_tried_stands_in_the_table() -> None:
    listed = {row.test: row.faults for row in rows()}
    for path in FAULTS.glob("test_*.py"):
        for test in re.findall(r"^def (test_f\d+\w*)\(", path.read_text("utf-8"), re.MULTILINE):
            numbers = {int(number) for number in re.findall(r"_f(\d+)", test)}
            assert test in listed, f"{path.name}::{test}"
            assert numbers == set(listed[test]), test


def test_the_guide_shows_the_last_whole_run_as_it_was_kept() -> None:
    kept, shown = ROOT / RECORD, PART.search(GUIDE.read_text("utf-8"))
    assert shown is not None
    wanted = Run.read(kept.read_text("utf-8")).shown() if kept.is_file() else NO_RUN
    assert shown[0] == wanted
