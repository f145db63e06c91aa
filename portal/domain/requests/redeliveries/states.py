"""States of a redelivery (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine, fan

REDELIVERY = StateMachine(
    "redelivery",
    "submitted",
    {
        "approve": fan("submitted", "approved"),
        "fulfill": fan("approved", "fulfilled"),
        "refuse": fan("submitted approved", "refused"),
        "withdraw": fan("submitted approved", "withdrawn"),
    },
)
OPEN = ("submitted", "approved")
COUNTED = ("approved", "fulfilled")
"""Counts against the program's number of redeliveries."""
