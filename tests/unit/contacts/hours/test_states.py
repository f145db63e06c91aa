"""Every pair of state and action of a change of the opening hours."""

import pytest

from portal.domain.contacts.hours.states import OPENING_HOURS
from portal.domain.foundation.errors import WrongStateError

ALLOWED = {
    ("proposed", "approve"): "in_force",
    ("proposed", "refuse"): "refused",
    ("proposed", "take_back"): "taken_back",
    ("in_force", "take_back"): "taken_back",
}


@pytest.mark.parametrize("state", sorted(OPENING_HOURS.states))
@pytest.mark.parametrize("action", sorted(OPENING_HOURS.steps))
def test_every_pair(state: str, action: str) -> None:
    if (state, action) in ALLOWED:
        assert OPENING_HOURS.next(state, action) == ALLOWED[state, action]
        return
    with pytest.raises(WrongStateError):
        OPENING_HOURS.next(state, action)
