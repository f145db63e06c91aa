"""States of the review of an opening."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class OpeningState(Labeled):
    """What became of the review of an opening."""

    WAITING = "waiting", lambda: _s("審査待ち")
    JUSTIFIED = "justified", lambda: _s("必要だった")
    UNJUSTIFIED = "unjustified", lambda: _s("必要だったとは言えない")


WAITING, JUSTIFIED, UNJUSTIFIED = OpeningState
OPENING = StateMachine(
    "household_opening",
    WAITING,
    {"justify": {WAITING: JUSTIFIED}, "question": {WAITING: UNJUSTIFIED}},
)
