"""States of a question to the ward, of a sheet with its answers, and of a call-back."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class EscalationState(Labeled):
    """The state of a question to the ward."""

    OPEN = "open", lambda: _s("区の回答待ち")
    ANSWERED = "answered", lambda: _s("回答あり")
    CLOSED = "closed", lambda: _s("終わり")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")


OPEN, ANSWERED, CLOSED, WITHDRAWN = EscalationState
ESCALATION = StateMachine(
    "escalation",
    OPEN,
    {
        "answer": {OPEN: ANSWERED},
        "close": {ANSWERED: CLOSED},
        "withdraw": {OPEN: WITHDRAWN},
        "reopen": dict.fromkeys((ANSWERED, CLOSED), OPEN),
    },
)
"""A question is closed when the caller has been informed.

A reopened one gets a new due day and keeps its answers.
"""


class AnswerSheetState(Labeled):
    """The state of a sheet with answers."""

    READ = "read", lambda: _s("確認待ち")
    APPLIED = "applied", lambda: _s("取り込みずみ")
    DROPPED = "dropped", lambda: _s("取りやめ")


ANSWER_SHEET = StateMachine(
    "answer_sheet",
    AnswerSheetState.READ,
    {
        "apply": {AnswerSheetState.READ: AnswerSheetState.APPLIED},
        "drop": {AnswerSheetState.READ: AnswerSheetState.DROPPED},
    },
)


class CallBackState(Labeled):
    """The state of a call-back."""

    WAITING = "waiting", lambda: _s("待っています")
    CLAIMED = "claimed", lambda: _s("電話をかけている人がいます")
    DONE = "done", lambda: _s("つながって終わり")
    HANDED_ON = "handed_on", lambda: _s("つながり、事務局に引き継いだ")
    NOT_REACHED = "not_reached", lambda: _s("つながらずに終わり")


WAITING, CLAIMED, DONE, HANDED_ON, NOT_REACHED = CallBackState
CALL_BACK = StateMachine(
    "call_back",
    WAITING,
    {
        "claim": {WAITING: CLAIMED},
        "take_over": {CLAIMED: CLAIMED},
        "release": {CLAIMED: WAITING},
        "move": {WAITING: WAITING},
        "no_answer": {CLAIMED: WAITING},
        "reach": {CLAIMED: DONE},
        "hand_on": {CLAIMED: HANDED_ON},
        "give_up": {CLAIMED: NOT_REACHED},
    },
)
"""``hand_on``: the caller was reached, but the office has work to do, so the task stays open."""
