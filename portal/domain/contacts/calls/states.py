"""States of a call: talking —hang_up→ after_call —finish→ ended; idle ones are closed by rule."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class CallState(Labeled):
    """The state of a call."""

    TALKING = "talking", lambda: _s("受付中")
    AFTER_CALL = "after_call", lambda: _s("記録中")
    ENDED = "ended", lambda: _s("終わり")


TALKING, AFTER_CALL, ENDED = CallState
OPEN = (TALKING, AFTER_CALL)

CALL = StateMachine(
    "call",
    TALKING,
    {
        "hang_up": {TALKING: AFTER_CALL},
        "finish": dict.fromkeys(OPEN, ENDED),
        "close_by_rule": dict.fromkeys(OPEN, ENDED),
    },
)
