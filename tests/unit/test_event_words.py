"""Every step that a household's timeline can show has words."""

import pytest

from admin.event_words import event
from portal.domain.alternatives.states import ALTERNATIVE
from portal.domain.declines.states import DECLINE
from portal.domain.entitlements.states import ENTITLEMENT
from portal.domain.incidents.states import COUPON_FAULT
from portal.domain.recipients.states import CHANGE
from portal.domain.redeliveries.states import REDELIVERY
from portal.domain.requests.states import REQUEST
from portal.domain.shipments.states import SHIPMENT
from portal.domain.states import StateMachine


@pytest.mark.parametrize(
    "machine",
    [REQUEST, DECLINE, ALTERNATIVE, REDELIVERY, CHANGE, SHIPMENT, ENTITLEMENT, COUPON_FAULT],
    ids=lambda m: m.name,
)
def test_every_step_has_words(machine: StateMachine) -> None:
    actions = [f"{machine.name}.{action}" for action in machine.steps]
    assert [action for action in actions if event(action) == action] == []
