"""States of an approval."""

from portal.domain.foundation.states import StateMachine, fan

APPROVAL = StateMachine(
    "approval",
    "proposed",
    {
        "confirm": fan("proposed", "confirmed"),
        "refuse": fan("proposed", "refused"),
        "withdraw": fan("proposed", "withdrawn"),
    },
)
"""A second person confirms or rejects; the proposer may only withdraw."""
