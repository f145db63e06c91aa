"""What `./run growth` says of wards of several sizes."""

import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from portal.platform.schema import VERSIONS
from tests.bench.growth.figures import as_json, drawing, faster_than, from_json, table
from tests.bench.growth.rows import together
from tests.bench.growth.ward import Cost, folder_of

SIZES = (500, 2_000, 8_000)


def grown(power: float) -> dict[int, dict[str, Cost]]:
    """An import whose cost is a power of the households, and a page that costs the same always."""
    return {
        size: {"import": Cost(0.002 * size**power, 0.0, 100.0), "home": Cost(3.0, 1.0)}
        for size in SIZES
    }


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_what_grows_with_the_households_or_slower_is_kept(power: float) -> None:
    assert faster_than(grown(power)) == []


def test_n_log_n_is_kept() -> None:
    costs = {size: {"import": Cost(size * math.log(size), 0.0)} for size in SIZES}
    assert faster_than(costs) == []


def test_what_grows_with_the_square_is_named_for_each_step() -> None:
    found = faster_than(grown(2.0))
    assert [line.partition(":")[0] for line in found] == ["import", "import"]
    assert "its processor time 16.0 times from 2,000 to 8,000 households" in found[0]


def test_the_database_is_looked_at_apart_so_that_a_programs_start_hides_nothing() -> None:
    costs = {500: {"import": Cost(20.0, 0.5)}, 2_000: {"import": Cost(40.0, 9.0)}}
    (line,) = faster_than(costs)
    assert "its database time 18.0 times" in line


def test_what_is_too_little_to_be_measured_is_not_compared() -> None:
    costs = {500: {"import": Cost(1.0, 0.01)}, 2_000: {"import": Cost(4.0, 0.9)}}
    assert faster_than(costs) == []


def test_a_row_that_only_one_size_has_is_not_compared() -> None:
    assert faster_than({500: {}, 2_000: {"import": Cost(99.0, 0.0)}}) == []


def test_what_is_kept_can_be_read_again() -> None:
    assert from_json(as_json(grown(1.0))) == grown(1.0)


def test_the_table_says_both_sides_and_how_many_times() -> None:
    lines = table(grown(1.0)).splitlines()
    assert lines[0] == "| | 500 households | 2,000 households | 8,000 households | times |"
    assert lines[2] == (
        "| import | 1.0 + 0.0 s, 100 MB | 4.0 + 0.0 s, 100 MB | 16.0 + 0.0 s, 100 MB | 16.0 |"
    )
    assert lines[3].endswith("| 3.0 + 1.0 ms | 1.0 |")


def test_the_drawing_has_a_line_for_each_row_and_for_n_log_n() -> None:
    drawn = ET.fromstring(drawing(grown(1.0)))
    assert [len(line.attrib["points"].split()) for line in drawn.findall("{*}polyline")] == [3] * 3
    assert "n · log n" in {text.text for text in drawn.findall("{*}text")}


def test_commands_one_after_the_other_add_up_and_the_largest_memory_counts() -> None:
    assert together([Cost(1.0, 0.5, 90.0), Cost(2.0, 0.5, 80.0)]) == Cost(3.0, 1.0, 90.0)


def test_a_ward_is_kept_by_its_size_and_by_the_version_of_the_tables(tmp_path: Path) -> None:
    newest = max(VERSIONS.glob("[0-9]*.py")).name[:4]
    assert folder_of(500, tmp_path) == tmp_path / f"500-{newest}"
