"""States of a rehearsal: going —score→ passed or failed; —drop→ dropped."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class RehearsalState(Labeled):
    """The state of a rehearsal, as staff read it."""

    GOING = "going", lambda: _s("練習中")
    PASSED = "passed", lambda: _s("できた")
    FAILED = "failed", lambda: _s("もう一度")
    DROPPED = "dropped", lambda: _s("取りやめた")


GOING, PASSED, FAILED, DROPPED = RehearsalState
REHEARSAL = StateMachine(
    "rehearsal",
    GOING,
    {
        "pass": {GOING: PASSED},
        "fail": {GOING: FAILED},
        "drop": {GOING: DROPPED},
    },
)
