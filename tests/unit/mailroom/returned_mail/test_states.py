"""What came back is destroyed, handed on or sent on: one of them, and once."""

import pytest

from portal.domain.mailroom.returned_mail.states import RETURNED_ITEM, ItemState


@pytest.mark.parametrize("action", sorted(RETURNED_ITEM.steps))
def test_only_what_is_kept_can_go(action: str) -> None:
    assert [state for state in RETURNED_ITEM.states if RETURNED_ITEM.can(state, action)] == [
        ItemState.KEPT
    ]
