"""States of a staff member's address: from the mailed code to its end."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class MailboxState(Labeled):
    """Where an address is, as its owner reads it."""

    WAITING = "waiting", lambda: _s("番号の入力を待っています")
    PROVED = "proved", lambda: _s("使っています")
    FAILED = "failed", lambda: _s("届きませんでした")
    ENDED = "ended", lambda: _s("使っていません")


WAITING, PROVED, FAILED, ENDED = MailboxState
MAILBOX = StateMachine(
    "staff_mailbox",
    WAITING,
    {
        "ask": dict.fromkeys(MailboxState, WAITING),
        "prove": {WAITING: PROVED},
        "fail": {PROVED: FAILED},
        "end": dict.fromkeys((WAITING, PROVED, FAILED), ENDED),
    },
)
