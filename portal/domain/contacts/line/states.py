"""States of a silent call: waiting —take→ taken —finish→ finished; the caller may withdraw it."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class HelpState(Labeled):
    """The state of a silent call, as staff read it."""

    WAITING = "waiting", lambda: _s("待っています")
    TAKEN = "taken", lambda: _s("向かっています")
    FINISHED = "finished", lambda: _s("終わりました")
    WITHDRAWN = "withdrawn", lambda: _s("取り消しました")


WAITING, TAKEN, FINISHED, WITHDRAWN = HelpState
OPEN = (WAITING, TAKEN)
"""Somebody is still to come, or is there."""
HELP = StateMachine(
    "help_call",
    WAITING,
    {
        "take": {WAITING: TAKEN},
        "finish": {TAKEN: FINISHED},
        "withdraw": dict.fromkeys(OPEN, WITHDRAWN),
    },
)
