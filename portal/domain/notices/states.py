"""States of an outbox message: waiting, being sent, sent or given up."""

from portal.domain.states import StateMachine, fan

MESSAGE = StateMachine(
    "message",
    "waiting",
    {
        "claim": fan("waiting sending", "sending"),
        "send": fan("sending", "sent"),
        "retry": fan("sending", "waiting"),
        "give_up": fan("waiting sending", "given_up"),
    },
)
"""A message that is being sent may be claimed again: its worker died, and the lease has run out."""
