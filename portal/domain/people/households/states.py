"""States of households, children and holds."""

from portal.domain.foundation.states import StateMachine, fan

HOUSEHOLD = StateMachine(
    "household", "active", {"remove": fan("active", "removed"), "restore": fan("removed", "active")}
)
CHILD = StateMachine(
    "child", "active", {"remove": fan("active", "removed"), "restore": fan("removed", "active")}
)
HOLD = StateMachine("hold", "open", {"release": fan("open", "released")})
