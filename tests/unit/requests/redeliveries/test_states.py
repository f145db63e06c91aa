"""Every pair of state and action of a redelivery.

What ``design.md`` §5 does not list is refused in words.
"""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.requests.redeliveries.states import REDELIVERY

POSSIBLE = {
    ("submitted", "approve"): "approved",
    ("approved", "fulfill"): "fulfilled",
    ("submitted", "refuse"): "refused",
    ("approved", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("approved", "withdraw"): "withdrawn",
    ("refused", "reopen"): "submitted",
}


@pytest.mark.parametrize("state", sorted(REDELIVERY.states))
@pytest.mark.parametrize("action", sorted(REDELIVERY.steps))
def test_only_the_listed_steps_are_possible(state: str, action: str) -> None:
    if (state, action) in POSSIBLE:
        assert REDELIVERY.next(state, action) == POSSIBLE[state, action]
    else:
        with pytest.raises(WrongStateError):
            REDELIVERY.next(state, action)


def test_no_step_is_missing_and_the_ends_are_ends() -> None:
    assert {(s, a) for a, pairs in REDELIVERY.steps.items() for s in pairs} == set(POSSIBLE)
    assert REDELIVERY.states == {"submitted", "approved", "fulfilled", "refused", "withdrawn"}
