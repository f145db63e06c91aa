"""States of households, children and holds."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class HouseholdState(Labeled):
    """The state of a household, as staff read it."""

    ACTIVE = "active", lambda: _s("有効")
    REMOVED = "removed", lambda: _s("名簿から外れた")


class ChildState(StrEnum):
    """The state of a child."""

    ACTIVE = "active"
    REMOVED = "removed"


class HoldState(StrEnum):
    """The state of a reason why nothing may be assigned to or printed for a household."""

    OPEN = "open"
    RELEASED = "released"


HOUSEHOLD = StateMachine(
    "household",
    HouseholdState.ACTIVE,
    {
        "remove": {HouseholdState.ACTIVE: HouseholdState.REMOVED},
        "restore": {HouseholdState.REMOVED: HouseholdState.ACTIVE},
    },
)
CHILD = StateMachine(
    "child",
    ChildState.ACTIVE,
    {
        "remove": {ChildState.ACTIVE: ChildState.REMOVED},
        "restore": {ChildState.REMOVED: ChildState.ACTIVE},
    },
)
HOLD = StateMachine("hold", HoldState.OPEN, {"release": {HoldState.OPEN: HoldState.RELEASED}})
