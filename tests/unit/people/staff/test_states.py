"""Every state of a staff account with every action: what follows, and what is refused."""

from itertools import product

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.staff.states import STAFF_ACCOUNT, AccountState

FOLLOWS = {
    ("invited", "enroll"): "own",
    ("invited", "renew"): "invited",
    ("invited", "deactivate"): "closed",
    ("own", "renew"): "invited",
    ("own", "deactivate"): "closed",
    ("closed", "deactivate"): "closed",
}


@pytest.mark.parametrize(("state", "action"), list(product(AccountState, STAFF_ACCOUNT.steps)))
def test_every_pair_of_state_and_action(state: AccountState, action: str) -> None:
    if (follows := FOLLOWS.get((state.value, action))) is None:
        with pytest.raises(WrongStateError):
            STAFF_ACCOUNT.next(state, action)
    else:
        assert STAFF_ACCOUNT.next(state, action) == follows
