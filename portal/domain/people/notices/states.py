"""States of an outbox message: from waiting to what the carrier or the mail system reported."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class MessageState(Labeled):
    """The state of an outbox message, as staff read it."""

    WAITING = "waiting", lambda: _s("送るのを待っています")
    SENDING = "sending", lambda: _s("送っています")
    SENT = "sent", lambda: _s("送る会社に渡しました")
    """Handed over: whether it arrived is not known (yet, or ever)."""
    DELIVERED = "delivered", lambda: _s("届きました")
    UNDELIVERED = "undelivered", lambda: _s("届きませんでした")
    """Handed over, and then reported as not deliverable."""
    GIVEN_UP = "given_up", lambda: _s("送れませんでした")
    """Never handed over: refused, or not in time."""
    STOPPED = "stopped", lambda: _s("送らずに止めました")
    """Stopped before it was sent: the household may not be informed now."""


_UNSENT = (MessageState.WAITING, MessageState.SENDING)
ARRIVED = (MessageState.SENT, MessageState.DELIVERED)
"""States of a message that is not known to have failed."""
FAILED = (MessageState.GIVEN_UP, MessageState.UNDELIVERED)
"""States of a message that nobody got."""
MESSAGE = StateMachine(
    "message",
    MessageState.WAITING,
    {
        "claim": dict.fromkeys(_UNSENT, MessageState.SENDING),
        "send": {MessageState.SENDING: MessageState.SENT},
        "retry": {MessageState.SENDING: MessageState.WAITING},
        "give_up": dict.fromkeys(_UNSENT, MessageState.GIVEN_UP),
        "stop": dict.fromkeys(_UNSENT, MessageState.STOPPED),
        "deliver": dict.fromkeys(
            (*_UNSENT, MessageState.SENT, MessageState.GIVEN_UP), MessageState.DELIVERED
        ),
        "bounce": dict.fromkeys(
            (MessageState.SENDING, MessageState.SENT), MessageState.UNDELIVERED
        ),
    },
)
"""A message that is being sent may be claimed again: its worker died, and the lease has run out.

``deliver`` also from a state in which we know of no answer: a gateway may have sent what it
answered too late, and such a message is not sent again. ``bounce`` from ``sending``: a result may
come before the answer that announced it.
"""
