"""States of milestones, minutes and open questions."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class MilestoneState(Labeled):
    """How far a milestone is; ``LATE`` is never stored: its day is over and it is not done."""

    PLANNED = "planned", lambda: _s("予定")
    STARTED = "begun", lambda: _s("進行中")
    DONE = "done", lambda: _s("完了")
    LATE = "late", lambda: _s("遅れ")


class MinutesState(Labeled):
    """Whether the ward confirmed minutes; ``OLD`` is never stored: a newer version exists."""

    DRAFT = "draft", lambda: _s("下書き")
    CONFIRMED = "confirmed", lambda: _s("区が確認ずみ")
    OLD = "old", lambda: _s("前の版")


class QuestionState(Labeled):
    """Whether the ward answered a question."""

    OPEN = "open", lambda: _s("回答待ち")
    ANSWERED = "answered", lambda: _s("回答あり")
    CLOSED = "closed", lambda: _s("終了")


PLANNED, STARTED, DONE, LATE = MilestoneState
MILESTONE = StateMachine(
    "milestone",
    PLANNED,
    {
        "begin": {PLANNED: STARTED},
        "finish": {PLANNED: DONE, STARTED: DONE},
        "reopen": {DONE: STARTED},
    },
)

DRAFT, CONFIRMED, OLD = MinutesState
MINUTES = StateMachine(
    "minutes",
    DRAFT,
    {
        "write": {DRAFT: DRAFT},
        "confirm": {DRAFT: CONFIRMED},
        "revise": {CONFIRMED: DRAFT},
    },
)

OPEN, ANSWERED, CLOSED = QuestionState
QUESTION = StateMachine(
    "open_question",
    OPEN,
    {
        "ask": {OPEN: OPEN},
        "answer": {OPEN: ANSWERED, ANSWERED: ANSWERED},
        "close": {ANSWERED: CLOSED},
        "reopen": {ANSWERED: OPEN, CLOSED: OPEN},
    },
)
