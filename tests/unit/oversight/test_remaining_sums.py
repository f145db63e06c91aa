"""The sums that stay after a disposal add up, and no few children can be computed from them."""

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.oversight.disposal.sums import CELLS, MONEY, SMALL, SMALLEST, remaining

YEN = 30_000
STATES = ("declined", "exchanged", "undelivered", "alternative_delivered")


def figures(children: dict[str, int]) -> dict[str, object]:
    def cells(count: int) -> dict[str, int]:
        return {name: count if name == "children" else count * YEN for name in CELLS}

    return {
        "by_state": {state: cells(count) for state, count in children.items()},
        "total": cells(sum(children.values())),
        **dict.fromkeys(MONEY, 1),
    }


@given(st.fixed_dictionaries({state: st.integers(0, 12) for state in STATES}))
def test_no_sum_is_over_few_children_and_all_add_up(children: dict[str, int]) -> None:
    kept = remaining(figures(children))
    total = sum(children.values())
    if total < SMALLEST:
        assert (kept["by_state"], kept["total"]) == ({}, {})
        return
    for name in CELLS:
        assert sum(one[name] for one in kept["by_state"].values()) == kept["total"][name]
    assert all(one["children"] >= SMALLEST for one in kept["by_state"].values())
    assert all(kept[name] == 1 for name in MONEY)


def test_large_states_stay_as_they_are() -> None:
    kept = remaining(figures({"declined": 2, "exchanged": 900, "undelivered": 4, "x": 0}))
    assert set(kept["by_state"]) == {"exchanged", SMALL}
    assert kept["by_state"][SMALL]["children"] == 6
