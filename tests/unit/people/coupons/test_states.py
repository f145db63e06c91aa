"""Every pair of state and action, for coupons and entitlements, as the table says or refused."""

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.states import StateMachine
from portal.domain.people.coupons import states as coupon_states
from portal.domain.people.coupons.states import COUPON
from portal.domain.people.entitlements import states as entitlement_states
from portal.domain.people.entitlements.states import ENTITLEMENT

COUPON_STEPS = {
    ("stock", "assign"): "assigned",
    ("assigned", "reveal"): "revealed",
    ("assigned", "suspend"): "suspended",
    ("revealed", "suspend"): "suspended",
    ("suspended", "resume_assigned"): "assigned",
    ("suspended", "resume_revealed"): "revealed",
    ("assigned", "request_stop"): "stop_requested",
    ("revealed", "request_stop"): "stop_requested",
    ("suspended", "request_stop"): "stop_requested",
    ("stop_requested", "confirm_stop"): "voided",
    ("stop_requested", "found_spent"): "revealed",
    ("revealed", "import_part"): "part_used",
    ("revealed", "import_full"): "exchanged",
    ("part_used", "import_full"): "exchanged",
    ("assigned", "expire"): "expired",
    ("revealed", "expire"): "expired",
    ("suspended", "expire"): "expired",
    ("stop_requested", "expire"): "expired",
    ("part_used", "expire"): "expired",
}
ENTITLEMENT_STEPS = {
    ("in_progress", "hold"): "held",
    ("held", "release"): "in_progress",
    ("in_progress", "exchange"): "exchanged",
    ("in_progress", "decline"): "declined",
    ("declined", "reopen"): "in_progress",
    ("in_progress", "deem_declined"): "deemed_declined",
    ("in_progress", "deliver_alternative"): "alternative_delivered",
    ("in_progress", "lapse"): "delivered_unexchanged",
    ("in_progress", "give_up"): "undelivered",
    ("held", "give_up"): "undelivered",
    ("in_progress", "exclude"): "ineligible_after_check",
    ("held", "exclude"): "ineligible_after_check",
}


@pytest.mark.parametrize(
    ("machine", "steps", "listed"),
    [
        (COUPON, COUPON_STEPS, coupon_states.ALL),
        (ENTITLEMENT, ENTITLEMENT_STEPS, entitlement_states.ALL),
    ],
    ids=["coupon", "entitlement"],
)
def test_every_pair_of_state_and_action(
    machine: StateMachine, steps: dict[tuple[str, str], str], listed: tuple[str, ...]
) -> None:
    assert machine.states == frozenset(listed)
    for state in listed:
        for action in machine.steps:
            if (state, action) in steps:
                assert machine.next(state, action) == steps[state, action]
            else:
                with pytest.raises(WrongStateError):
                    machine.next(state, action)


def test_a_final_state_is_left_only_by_a_decline_that_is_taken_back() -> None:
    for state in (*entitlement_states.FINAL,):
        left = [action for action in ENTITLEMENT.steps if ENTITLEMENT.can(state, action)]
        assert left == (["reopen"] if state == "declined" else [])
    for gone in (*coupon_states.DEAD, "exchanged"):
        assert not any(COUPON.can(gone, action) for action in COUPON.steps)
