"""Sums of the settlement: children and yen by state, a household once in each and in all."""

from portal.domain.oversight.settlement.ending import Yen
from portal.domain.oversight.settlement.figures import Counter

AMOUNT = 30_000


def test_a_household_with_children_in_two_states_counts_once_in_the_total() -> None:
    counter = Counter()
    counter.add("exchanged", 1, AMOUNT, Yen(used=AMOUNT))
    counter.add("declined", 1, AMOUNT, Yen(unspent=AMOUNT))
    counter.add("declined", 2, AMOUNT, Yen(unspent=AMOUNT))
    by_state, total = counter.by_state(), counter.total()
    assert (by_state["exchanged"].households, by_state["declined"].households) == (1, 2)
    assert (total.households, total.children, total.amount_yen) == (2, 3, 3 * AMOUNT)
    assert (total.used_yen, total.unspent_yen) == (AMOUNT, 2 * AMOUNT)
