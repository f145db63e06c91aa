"""What is decided about a child stays decided, but for a decline that is taken back in time."""

from portal.domain.people.entitlements.states import ENTITLEMENT, FINAL


def test_only_a_decline_leaves_a_final_state() -> None:
    possible = {
        (state, action)
        for state in FINAL
        for action in ENTITLEMENT.steps
        if ENTITLEMENT.can(state, action)
    }
    assert possible == {("declined", "reopen")}
