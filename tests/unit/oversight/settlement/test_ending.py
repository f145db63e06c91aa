"""One final state for every child, and yen that add up to its amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.oversight.settlement.ending import ACTION_TO, Facts, ending, split
from portal.domain.people.entitlements.states import ALL, ENTITLEMENT, FINAL, EntitlementState

AMOUNT = 30_000
FACTS = st.builds(
    Facts,
    state=st.sampled_from(ALL),
    claimed=st.booleans(),
    amount_yen=st.just(AMOUNT),
    used_yen=st.integers(0, AMOUNT),
    delivered=st.booleans(),
)


@given(FACTS)
def test_a_child_ends_in_one_final_state_or_waits(facts: Facts) -> None:
    state = ending(facts)
    waits = facts.state == "held" or (facts.state == "in_progress" and facts.claimed)
    assert (state is None) == waits
    assert state is None or state in [final.value for final in FINAL]


@given(FACTS)
def test_the_end_is_a_step_of_the_machine(facts: Facts) -> None:
    state = ending(facts)
    if state is not None and facts.state not in FINAL:
        assert ENTITLEMENT.next(facts.state, ACTION_TO[state]) == state


@given(state=st.sampled_from(ALL), used=st.integers(0, 2 * AMOUNT))
def test_the_yen_of_a_child_add_up_whatever_was_used(state: str, used: int) -> None:
    yen = split(state, AMOUNT, used)
    assert yen.used + yen.lapsed + yen.alternative + yen.unspent == AMOUNT
    assert min(yen.used, yen.lapsed, yen.alternative, yen.unspent) >= 0


@pytest.mark.parametrize(
    ("used", "delivered", "state"),
    [
        (0, False, "undelivered"),
        (0, True, "delivered_unexchanged"),
        (1, False, "exchanged"),
        (1, True, "exchanged"),
    ],
)
def test_what_was_used_counts_before_what_was_delivered(
    used: int, delivered: bool, state: str
) -> None:
    assert ending(Facts(EntitlementState.IN_PROGRESS, False, AMOUNT, used, delivered)) == state
