"""Every state of a telephone call with everything that may be told of it."""

import pytest

from portal.domain.contacts.floor.states import FLOOR_CALL
from portal.domain.foundation.errors import WrongStateError

NEXT = {
    ("waiting", "waiting"): "waiting",
    ("waiting", "ringing"): "ringing",
    ("waiting", "answered"): "answered",
    ("waiting", "abandoned"): "abandoned",
    ("waiting", "lose"): "lost",
    ("ringing", "waiting"): "waiting",
    ("ringing", "ringing"): "ringing",
    ("ringing", "answered"): "answered",
    ("ringing", "abandoned"): "abandoned",
    ("ringing", "lose"): "lost",
    ("answered", "answered"): "answered",
    ("answered", "ended"): "ended",
    ("answered", "lose"): "lost",
}
STATES = ("waiting", "ringing", "answered", "abandoned", "ended", "lost")
ACTIONS = ("waiting", "ringing", "answered", "abandoned", "ended", "lose")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_only_what_can_follow_follows(state: str, action: str) -> None:
    if (state, action) in NEXT:
        assert FLOOR_CALL.next(state, action) == NEXT[state, action]
        return
    with pytest.raises(WrongStateError):
        FLOOR_CALL.next(state, action)


def test_no_other_state_or_action_exists() -> None:
    assert FLOOR_CALL.states == set(STATES)
    assert set(FLOOR_CALL.steps) == set(ACTIONS)
