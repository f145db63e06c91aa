"""Sums of the settlement: children and yen by state, a household once in each and in all."""

from portal.domain.oversight.settlement.ending import Yen
from portal.domain.oversight.settlement.figures import Counter
from portal.domain.oversight.settlement.states import SettledState

AMOUNT = 30_000


def test_a_household_with_children_in_two_states_counts_once_in_the_total() -> None:
    counter = Counter()
    counter.add(SettledState.EXCHANGED, 1, AMOUNT, Yen(used=AMOUNT))
    counter.add(SettledState.DECLINED, 1, AMOUNT, Yen(unspent=AMOUNT))
    counter.add(SettledState.DECLINED, 2, AMOUNT, Yen(unspent=AMOUNT))
    by_state, total = counter.by_state(), counter.total()
    assert by_state[SettledState.EXCHANGED].households == 1
    assert by_state[SettledState.DECLINED].households == 2
    assert (total.households, total.children, total.amount_yen) == (2, 3, 3 * AMOUNT)
    assert (total.used_yen, total.unspent_yen) == (AMOUNT, 2 * AMOUNT)
