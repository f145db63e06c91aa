"""Every pair of state and action of a rehearsal: what the table gives, else refusal."""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.oversight.rehearsals.states import REHEARSAL

STEPS = {
    ("going", "pass"): "passed",
    ("going", "fail"): "failed",
    ("going", "drop"): "dropped",
}


@pytest.mark.parametrize("state", sorted(REHEARSAL.states))
@pytest.mark.parametrize("action", sorted(REHEARSAL.steps))
def test_every_pair(state: str, action: str) -> None:
    if (state, action) in STEPS:
        assert REHEARSAL.next(state, action) == STEPS[state, action]
        return
    with pytest.raises(WrongStateError):
        REHEARSAL.next(state, action)
