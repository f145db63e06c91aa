"""Every pair of state and action of coupon faults, incidents, reports, notices and stops.

The table's answer, else refusal.
"""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.states import StateMachine
from portal.domain.mailroom.incidents.states import (
    COUPON_FAULT,
    DOWNTIME,
    INCIDENT,
    INCIDENT_REPORT,
    SITE_NOTICE,
)

STEPS: dict[str, dict[tuple[str, str], str]] = {
    "coupon_fault": {
        ("reported", "look_up"): "looked_up",
        ("looked_up", "look_up"): "looked_up",
        ("looked_up", "ask_stop"): "stopping",
        ("stopping", "found_spent"): "reported",
        ("stopping", "run_short"): "no_code",
        ("looked_up", "replace"): "replaced",
        ("stopping", "replace"): "replaced",
        ("no_code", "replace"): "replaced",
        ("stopping", "overtake"): "explained",
        ("looked_up", "explain"): "explained",
        ("no_code", "explain"): "explained",
        ("reported", "refuse"): "refused",
        ("looked_up", "refuse"): "refused",
    },
    "incident": {
        ("open", "contain"): "contained",
        ("reported", "contain"): "reported",
        ("open", "report"): "reported",
        ("contained", "report"): "reported",
        ("reported", "close"): "closed",
        ("closed", "reopen"): "reported",
    },
    "incident_report": {
        ("written", "confirm"): "confirmed",
        ("written", "give_back"): "given_back",
    },
    "site_notice": {
        ("draft", "publish"): "published",
        ("draft", "propose"): "waiting",
        ("waiting", "confirm"): "published",
        ("draft", "withdraw"): "withdrawn",
        ("waiting", "withdraw"): "withdrawn",
        ("published", "withdraw"): "withdrawn",
    },
    "downtime": {
        ("planned", "begin"): "running",
        ("running", "end"): "ended",
        ("planned", "end"): "ended",
        ("planned", "cancel"): "cancelled",
    },
}
PAIRS = [
    (machine, state, action)
    for machine in (COUPON_FAULT, INCIDENT, INCIDENT_REPORT, SITE_NOTICE, DOWNTIME)
    for state in sorted(machine.states)
    for action in machine.steps
]


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_every_pair(machine: StateMachine, state: str, action: str) -> None:
    expected = STEPS[machine.name].get((state, action))
    if expected is not None:
        assert machine.next(state, action) == expected
        return
    with pytest.raises(WrongStateError):
        machine.next(state, action)
