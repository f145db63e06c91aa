"""Every pair of state and action of a silent call: what the table gives, else refusal."""

import pytest

from portal.domain.contacts.line.states import HELP
from portal.domain.foundation.errors import WrongStateError

STEPS = {
    ("waiting", "take"): "taken",
    ("taken", "finish"): "finished",
    ("waiting", "withdraw"): "withdrawn",
    ("taken", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize("state", sorted(HELP.states))
@pytest.mark.parametrize("action", sorted(HELP.steps))
def test_every_pair(state: str, action: str) -> None:
    if (state, action) in STEPS:
        assert HELP.next(state, action) == STEPS[state, action]
        return
    with pytest.raises(WrongStateError):
        HELP.next(state, action)
