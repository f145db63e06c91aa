"""Every pair of state and action of a text for the residents' pages."""

import pytest

from portal.domain.contacts.site_texts.states import SITE_TEXT
from portal.domain.foundation.errors import WrongStateError

ALLOWED = {
    ("written", "release"): "released",
    ("written", "refuse"): "refused",
    ("written", "take_back"): "taken_back",
    ("released", "take_back"): "taken_back",
}


@pytest.mark.parametrize("state", sorted(SITE_TEXT.states))
@pytest.mark.parametrize("action", sorted(SITE_TEXT.steps))
def test_every_pair(state: str, action: str) -> None:
    if (state, action) in ALLOWED:
        assert SITE_TEXT.next(state, action) == ALLOWED[state, action]
        return
    with pytest.raises(WrongStateError):
        SITE_TEXT.next(state, action)
