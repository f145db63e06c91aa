"""States of a task."""

from portal.domain.foundation.states import StateMachine, fan

TASK = StateMachine(
    "task", "open", {"finish": fan("open", "done"), "cancel": fan("open", "cancelled")}
)
