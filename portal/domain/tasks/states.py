"""States of a task."""

from portal.domain.states import StateMachine, fan

TASK = StateMachine(
    "task", "open", {"finish": fan("open", "done"), "cancel": fan("open", "cancelled")}
)
