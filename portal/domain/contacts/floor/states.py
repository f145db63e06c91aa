"""States of a telephone call: waiting → ringing → answered → ended, or abandoned, or lost."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class LineState(Labeled):
    """Where a telephone call is."""

    WAITING = "waiting", lambda: _s("待っています")
    RINGING = "ringing", lambda: _s("席で鳴っています")
    ANSWERED = "answered", lambda: _s("話しています")
    ENDED = "ended", lambda: _s("終わりました")
    ABANDONED = "abandoned", lambda: _s("出る前に切れました")
    LOST = "lost", lambda: _s("終わりが知らされませんでした")


class LineEvent(Labeled):
    """What the telephone system tells of a call; each is an action of ``FLOOR_CALL``."""

    WAITING = "waiting", lambda: _s("待ちはじめた")
    RINGING = "ringing", lambda: _s("席で鳴りはじめた")
    ANSWERED = "answered", lambda: _s("席が出た")
    ABANDONED = "abandoned", lambda: _s("出る前に切れた")
    ENDED = "ended", lambda: _s("話が終わった")


QUEUED = (LineState.WAITING, LineState.RINGING)
"""Nobody has answered yet."""
OPEN = (*QUEUED, LineState.ANSWERED)

FLOOR_CALL = StateMachine(
    "floor_call",
    LineState.WAITING,
    {
        LineEvent.WAITING: dict.fromkeys(QUEUED, LineState.WAITING),
        LineEvent.RINGING: dict.fromkeys(QUEUED, LineState.RINGING),
        LineEvent.ANSWERED: dict.fromkeys(OPEN, LineState.ANSWERED),
        LineEvent.ABANDONED: dict.fromkeys(QUEUED, LineState.ABANDONED),
        LineEvent.ENDED: {LineState.ANSWERED: LineState.ENDED},
        "lose": dict.fromkeys(OPEN, LineState.LOST),
    },
)
"""A seat that did not answer puts a call back; one that was answered may be put through."""
