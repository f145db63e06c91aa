"""States of a note."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class NoteState(Labeled):
    """Whether a note waits for a desk."""

    KEPT = "kept", lambda: _s("書きとめた")
    WAITING = "waiting", lambda: _s("窓口を待っています")
    DONE = "done", lambda: _s("終わり")


NOTE = StateMachine(
    "household_note",
    NoteState.KEPT,
    {
        "assign": {
            NoteState.KEPT: NoteState.WAITING,
            NoteState.WAITING: NoteState.WAITING,
        },
        "finish": {NoteState.WAITING: NoteState.DONE},
    },
)
"""``assign``: to a desk, or from one desk to another; one that is finished stays so."""
