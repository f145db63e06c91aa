"""States of planned postings."""

from portal.domain.foundation.states import StateMachine, fan

DISPATCH = StateMachine(
    "dispatch", "planned", {"send": fan("planned", "sent"), "cancel": fan("planned", "cancelled")}
)
