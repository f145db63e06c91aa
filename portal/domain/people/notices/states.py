"""States of an outbox message."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class MessageState(StrEnum):
    """The state of an outbox message."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    STOPPED = "stopped"
    """Stopped before it was sent: the household may not be informed now."""


_UNSENT = (MessageState.WAITING, MessageState.SENDING)
MESSAGE = StateMachine(
    "message",
    MessageState.WAITING,
    {
        "claim": dict.fromkeys(_UNSENT, MessageState.SENDING),
        "send": {MessageState.SENDING: MessageState.SENT},
        "retry": {MessageState.SENDING: MessageState.WAITING},
        "give_up": dict.fromkeys(_UNSENT, MessageState.GIVEN_UP),
        "stop": dict.fromkeys(_UNSENT, MessageState.STOPPED),
    },
)
"""A message that is being sent may be claimed again: its worker died, and the lease has run out."""
