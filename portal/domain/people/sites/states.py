"""States of a switched-on reserve site: on —prolong→ on —switch_off→ off; on —run_out→ over."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class SwitchState(StrEnum):
    """The state of a period in which a reserve site was switched on."""

    ON = "on"
    OFF = "off"
    """Switched off by a person."""
    OVER = "over"
    """Its time passed."""


SWITCH = StateMachine(
    "site_switch",
    SwitchState.ON,
    {
        "prolong": {SwitchState.ON: SwitchState.ON},
        "switch_off": {SwitchState.ON: SwitchState.OFF},
        "run_out": {SwitchState.ON: SwitchState.OVER},
    },
)
