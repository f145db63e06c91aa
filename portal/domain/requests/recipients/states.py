"""States of one child's change of recipient."""

from portal.domain.foundation.states import StateMachine, fan

CHANGE = StateMachine(
    "recipient_change",
    "submitted",
    {
        # the issuer must say first whether the code was spent
        "accept": fan("submitted", "awaiting_stop"),
        "move": fan("submitted awaiting_stop", "moved"),
        "found_spent": fan("submitted awaiting_stop", "refused"),
        "refuse": fan("submitted", "refused"),
        "withdraw": fan("submitted", "withdrawn"),
    },
)
OPEN = ("submitted", "awaiting_stop")
