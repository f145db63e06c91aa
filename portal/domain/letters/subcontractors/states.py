"""States of a subcontractor: nothing is sent before the ward's consent or after the end."""

from portal.domain.foundation.states import StateMachine, fan

SUBCONTRACTOR = StateMachine(
    "subcontractor",
    "proposed",
    {
        "consent": fan("proposed", "consented"),
        "refuse": fan("proposed", "refused"),
        "end": fan("proposed consented", "ended"),
    },
)
