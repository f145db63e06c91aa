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
"""Late is not a stored state: whatever is not done after its day is shown as late."""

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
