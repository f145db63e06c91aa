"""States of a switched-on reserve site: on —prolong→ on —switch_off→ off; on —run_out→ over."""

from portal.domain.foundation.states import StateMachine

ON, OFF, OVER = "on", "off", "over"
SWITCH = StateMachine(
    "site_switch", ON, {"prolong": {ON: ON}, "switch_off": {ON: OFF}, "run_out": {ON: OVER}}
)
