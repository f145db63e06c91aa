"""Small figures and their complement: nobody computes what is hidden, not even with the sums."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import permutations, product

from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.oversight.reports.trends.hiding import (
    LEAST,
    hidden,
    noise_of,
    published,
    rounded,
    tells,
)
from tests.support.coupons import VAULT

CELLS = st.lists(st.integers(0, 40), min_size=2, max_size=7).map(
    lambda counts: {chr(ord("a") + at): count for at, count in enumerate(counts)}
)
TOWNS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 300), min_size=1)


def exchanged(cells: Mapping[str, int], one: str, other: str, by: int) -> dict[str, int]:
    return {**cells, one: cells[one] + by, other: cells[other] - by}


@given(CELLS)
@example({"a": 9, "b": 12, "c": 12})
@example({"a": 9, "b": 10})
@example({"a": 9, "b": 9, "c": 9})
@example({"a": 9, "b": 9, "c": 12})
@example({"a": 0, "b": 10, "c": 11})
@example({"a": 9, "b": 9, "c": 9, "d": 20})
@example({"a": 10, "b": 10, "c": 9, "d": 9, "e": 9})
def test_of_every_hidden_cell_the_shown_ones_and_the_whole_leave_open_what_it_is(
    cells: dict[str, int],
) -> None:
    """Also for who knows the rule, the exact whole, and every shown cell before its rounding."""
    order = sorted(cells)
    away = hidden(cells, order)
    assert {name for name, count in cells.items() if count < LEAST} <= away
    if tells(cells, away):
        assert away == set(cells)  # and the whole is hidden too
        return
    for one in away:
        assert any(hidden(world, order) == away for world in others(cells, one, away)), (one, cells)


def others(cells: Mapping[str, int], one: str, away: Collection[str]) -> Iterator[dict[str, int]]:
    """Cells with the same whole in which one of the hidden differs, the nearest first."""
    for other in set(away) - {one}:
        if cells[other] != cells[one]:
            yield {**cells, one: cells[other], other: cells[one]}
    yield from (world for world in one_large(cells, away) if world[one] != cells[one])
    steps = list(product(sorted(set(away) - {one}), (-1, 1, -2, 2)))
    near = [exchanged(cells, one, other, by) for other, by in steps]
    yield from (world for world in near if min(world.values()) >= 0)
    for by in range(-LEAST, LEAST + 1):
        for first, second in permutations(sorted(set(away) - {one}), 2):
            for half in range(-LEAST, LEAST + 1):
                world = exchanged(exchanged(cells, one, first, by), first, second, half)
                if min(world.values()) >= 0 and world[one] != cells[one]:
                    yield world


def one_large(cells: Mapping[str, int], away: Collection[str]) -> Iterator[dict[str, int]]:
    """Cells with the same whole in which one of the hidden is large and the others are small."""
    whole = sum(cells[name] for name in away)
    for large, small in product(sorted(away), range(LEAST)):
        rest = whole - small * (len(away) - 1)
        if rest >= 0:
            yield {**cells, **dict.fromkeys(away, small), large: rest}


@given(TOWNS, st.text("abc:0123", max_size=8))
def test_no_figure_below_ten_is_published_and_what_is_published_is_in_tens(
    counts: dict[str, int], place: str
) -> None:
    found = published(VAULT, place, counts)
    for town, figure in found.towns.items():
        assert counts[town] >= LEAST
        assert figure >= LEAST
        assert figure % 10 == 0
    away = counts.keys() - found.towns.keys()
    assert not away or len(away) > 1 or len(counts) == 1
    if sum(counts.values()) < LEAST:
        assert found.whole is None
    if found.whole is not None:
        assert sum(counts.values()) >= LEAST
        assert found.whole % 10 == 0
    assert published(VAULT, place, counts) == found  # two workers, or a day counted again


def shares(count: int) -> Counter[int]:
    """How often a count is published as what, of a hundred thousand evenly drawn shares."""
    return Counter(rounded(count + noise_of((at + 0.5) / 100_000)) for at in range(100_000))


def test_an_exact_sum_does_not_make_it_certain_that_one_family_is_missing() -> None:
    """Who reads 312 in a report and 310 here cannot say whether a protected family signed in."""
    for whole in (310, 312, 315, 319):
        with_all, without_one = shares(whole), shares(whole - 1)
        for figure, times in with_all.items():
            if times > 50:
                assert 0.75 < without_one[figure] / times < 1.34, (whole, figure)
