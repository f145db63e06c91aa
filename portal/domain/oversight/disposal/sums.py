"""The settlement's sums that remain: no state with fewer than five children stands alone."""

from collections.abc import Mapping
from typing import Any

SMALLEST = 5
"""A sum over fewer children could tell a family (``security.md`` SEC-D1)."""
SMALL = "small"
"""The name under which small states are added up."""
CELLS = (
    "children",
    "amount_yen",
    "used_yen",
    "lapsed_yen",
    "alternative_yen",
    "unspent_yen",
)
MONEY = ("payable_yen", "advance_yen", "rest_yen")


def remaining(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sums of a closed settlement that may stay.

    Small states are added up, with the smallest of the others until there are five children, so
    that none can be subtracted from the total. Households are not counted: their number beside
    that of children would tell about few. With fewer than five children in all, only money stays.
    """
    kept = {name: figures[name] for name in MONEY}
    total = {name: figures["total"][name] for name in CELLS}
    if total["children"] < SMALLEST:
        return kept | {"by_state": {}, "total": {}}
    sums = {
        state: {name: one[name] for name in CELLS}
        for state, one in figures["by_state"].items()
        if one["children"]
    }
    return kept | {"by_state": _without_small(sums), "total": total}


def _without_small(sums: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    in_order = sorted(sums, key=lambda state: (sums[state]["children"], state))
    added = dict.fromkeys(CELLS, 0)
    hidden = []
    for state in in_order:
        if sums[state]["children"] >= SMALLEST and not 0 < added["children"] < SMALLEST:
            break
        added = {name: added[name] + sums[state][name] for name in CELLS}
        hidden.append(state)
    kept = {state: one for state, one in sums.items() if state not in hidden}
    return kept | ({SMALL: added} if hidden else {})
