"""States of a task that was begun from the staff site."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class BegunState(Labeled):
    """The state of a begun task."""

    WAITING = "waiting", lambda: _s("順番を待っている")
    RUNNING = "running", lambda: _s("作業中")
    DONE = "done", lambda: _s("終わった")
    REFUSED = "refused", lambda: _s("断られた")
    FAILED = "failed", lambda: _s("失敗した")
    CANCELED = "canceled", lambda: _s("取りやめた")


WAITING, RUNNING, DONE, REFUSED, FAILED, CANCELED = BegunState
BEGUN = StateMachine(
    "begun_task",
    WAITING,
    {
        "take": {WAITING: RUNNING},
        "take_over": {RUNNING: RUNNING},
        "give_back": {RUNNING: WAITING},
        "finish": {RUNNING: DONE},
        "refuse": {RUNNING: REFUSED},
        "fail": {RUNNING: FAILED},
        "try_again": {FAILED: WAITING},
        "cancel": {WAITING: CANCELED, RUNNING: CANCELED},
    },
)
"""A worker takes it; one that ends gives it back; one that died is taken over after its lease."""

OPEN = (WAITING, RUNNING)
