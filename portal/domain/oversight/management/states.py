"""States of milestones, minutes and open questions."""

from portal.domain.foundation.states import StateMachine, fan

MILESTONE = StateMachine(
    "milestone",
    "planned",
    {
        "begin": fan("planned", "begun"),
        "finish": fan("planned begun", "done"),
        "reopen": fan("done", "begun"),
    },
)
"""Late is no state of its own.

Whatever is not done after its day is late, and says so without anybody's doing.
"""

MINUTES = StateMachine(
    "minutes",
    "draft",
    {
        "write": fan("draft", "draft"),
        "confirm": fan("draft", "confirmed"),
        "revise": fan("confirmed", "draft"),
    },
)

QUESTION = StateMachine(
    "open_question",
    "open",
    {
        "ask": fan("open", "open"),
        "answer": fan("open answered", "answered"),
        "close": fan("answered", "closed"),
        "reopen": fan("answered closed", "open"),
    },
)
