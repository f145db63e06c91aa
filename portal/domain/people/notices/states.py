"""States of an outbox message: waiting, being sent, sent, given up, or stopped before it was sent."""

from portal.domain.foundation.states import StateMachine, fan

MESSAGE = StateMachine(
    "message",
    "waiting",
    {
        "claim": fan("waiting sending", "sending"),
        "send": fan("sending", "sent"),
        "retry": fan("sending", "waiting"),
        "give_up": fan("waiting sending", "given_up"),
        "stop": fan("waiting sending", "stopped"),
    },
)
"""A message that is being sent may be claimed again: its worker died, and the lease has run out."""
