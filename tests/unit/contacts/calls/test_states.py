"""Every pair of state and action of a call: what is not listed is refused in words."""

import pytest

from portal.domain.contacts.calls.states import CALL, ENDED, OPEN
from portal.domain.foundation.errors import WrongStateError

POSSIBLE = {
    ("talking", "hang_up"): "after_call",
    ("talking", "finish"): "ended",
    ("after_call", "finish"): "ended",
    ("talking", "close_by_rule"): "ended",
    ("after_call", "close_by_rule"): "ended",
}


@pytest.mark.parametrize("state", sorted(CALL.states))
@pytest.mark.parametrize("action", sorted(CALL.steps))
def test_only_the_listed_steps_are_possible(state: str, action: str) -> None:
    if (state, action) in POSSIBLE:
        assert CALL.next(state, action) == POSSIBLE[state, action]
    else:
        with pytest.raises(WrongStateError):
            CALL.next(state, action)


def test_no_step_is_missing_and_an_ended_call_stays_ended() -> None:
    assert {(s, a) for a, pairs in CALL.steps.items() for s in pairs} == set(POSSIBLE)
    assert CALL.states == {*OPEN, ENDED}
