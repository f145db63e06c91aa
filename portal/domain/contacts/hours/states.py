"""States of a change of opening hours: proposed —approve→ in force —take_back→ taken back."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class HoursState(Labeled):
    """The state of a change of opening hours, as staff read it."""

    PROPOSED = "proposed", lambda: _s("区の承認待ち")
    IN_FORCE = "in_force", lambda: _s("承認ずみ")
    REFUSED = "refused", lambda: _s("区が断った")
    TAKEN_BACK = "taken_back", lambda: _s("取りやめ")


_S = HoursState
OPENING_HOURS = StateMachine(
    "opening_hours",
    _S.PROPOSED,
    {
        "approve": {_S.PROPOSED: _S.IN_FORCE},
        "refuse": {_S.PROPOSED: _S.REFUSED},
        "take_back": dict.fromkeys((_S.PROPOSED, _S.IN_FORCE), _S.TAKEN_BACK),
    },
)
