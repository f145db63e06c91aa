"""States of a call: talking —hang_up→ after_call —finish→ ended; idle ones are closed by rule."""

from portal.domain.foundation.states import StateMachine, fan

TALKING, AFTER_CALL, ENDED = "talking", "after_call", "ended"
OPEN = (TALKING, AFTER_CALL)

CALL = StateMachine(
    "call",
    TALKING,
    {
        "hang_up": {TALKING: AFTER_CALL},
        "finish": fan("talking after_call", ENDED),
        "close_by_rule": fan("talking after_call", ENDED),
    },
)
