"""States of a question to the ward, of a sheet with its answers, and of a call-back."""

from portal.domain.foundation.states import StateMachine, fan

ESCALATION = StateMachine(
    "escalation",
    "open",
    {
        "answer": fan("open", "answered"),
        "close": fan("answered", "closed"),
        "withdraw": fan("open", "withdrawn"),
        "reopen": fan("answered closed", "open"),
    },
)
"""A question is closed when the caller has been informed.

A reopened one gets a new due day and keeps its answers.
"""

ANSWER_SHEET = StateMachine(
    "answer_sheet", "read", {"apply": fan("read", "applied"), "drop": fan("read", "dropped")}
)

CALL_BACK = StateMachine(
    "call_back",
    "waiting",
    {
        "claim": fan("waiting", "claimed"),
        "take_over": fan("claimed", "claimed"),
        "release": fan("claimed", "waiting"),
        "no_answer": fan("claimed", "waiting"),
        "reach": fan("claimed", "done"),
        "hand_on": fan("claimed", "handed_on"),
        "give_up": fan("claimed", "not_reached"),
    },
)
"""``hand_on``: the caller was reached, but the office has work to do, so the task stays open."""
