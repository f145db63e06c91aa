"""What `./run scale` writes of processes and nodes."""

import xml.etree.ElementTree as ET

import pytest

from tests.bench.curves import Across, curves
from tests.bench.scale.figures import Spread, as_json, drawing, from_json, median, table
from tests.bench.scale.world import ARRANGEMENTS, Arrangement


def spread(rate: float) -> Spread:
    """Figures of a site that keeps a core and a half busy at 30 a second."""
    return Spread(rate, 700.0, 38.0, 2.0, 8.0, 2.0, 300.0, 120.0, 0.1)


FOUND = {
    how: {"sign-in": spread(20.0 + how.all_processes), "coupon": spread(300.0)}
    for how in ARRANGEMENTS
}


def test_the_cores_that_are_busy_are_those_of_all_sides_and_of_the_load() -> None:
    assert spread(30.0).cores == pytest.approx(1.5)
    assert as_json(FOUND)["2 nodes of 2 processes"]["sign-in"]["cores"] == pytest.approx(1.2)


def test_what_is_kept_can_be_read_again() -> None:
    assert from_json(as_json(FOUND)) == FOUND


def test_a_figure_is_the_median_of_the_rounds() -> None:
    assert median([spread(10.0), spread(30.0), spread(20.0)]).rate == 20.0


def test_the_table_has_a_row_for_each_arrangement_and_work() -> None:
    lines = table(FOUND).splitlines()
    assert len(lines) == 2 + 2 * len(ARRANGEMENTS)
    assert {line.count("|") for line in lines} == {lines[0].count("|")}
    assert any("the whole sign-in | 2 nodes of 1 process | 22.0 |" in line for line in lines)


def test_the_drawing_has_a_line_for_each_number_of_nodes() -> None:
    drawn = ET.fromstring(drawing(FOUND))
    points = [line.attrib["points"].split() for line in drawn.findall("{*}polyline")]
    assert [len(line) for line in points] == [3, 2, 3, 2]
    words = [text.text or "" for text in drawn.findall("{*}text")]
    assert {"1", "2", "4 processes", "the whole sign-in, 2 nodes"} <= set(words)


def test_on_axes_of_powers_what_grows_alike_is_straight() -> None:
    lines = {"a": [(10.0, 1.0), (100.0, 10.0), (1000.0, 100.0)]}
    drawn = ET.fromstring(curves("a", "", lines, Across(powers=True, marks=(10, 100, 1000))))
    (line,) = drawn.findall("{*}polyline")
    places = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    middle = tuple((a + b) / 2 for a, b in zip(places[0], places[2], strict=True))
    assert places[1] == pytest.approx(middle, abs=0.1)


def test_two_nodes_of_one_process_are_two_processes() -> None:
    assert Arrangement(2, 1).all_processes == Arrangement(1, 2).all_processes == 2
