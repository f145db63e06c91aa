"""States of a task."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class TaskState(StrEnum):
    """The state of a task for the staff."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


TASK = StateMachine(
    "task",
    TaskState.OPEN,
    {
        "finish": {TaskState.OPEN: TaskState.DONE},
        "cancel": {TaskState.OPEN: TaskState.CANCELLED},
    },
)
