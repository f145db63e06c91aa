"""The states in which the settlement counts a child."""

from portal.domain.foundation.texts import Labeled, _s, label_of
from portal.domain.people.entitlements.states import EntitlementState


class SettledState(Labeled):
    """The state in which a child is counted, as the ward's report names it (``domain.md`` §1.1).

    Every final state of an entitlement, and ``WAITING``: held or claimed by an open request, so
    that the child has no final state yet and the settlement cannot be closed. ``NOT_TAKEN`` is the
    part of the undelivered ones whose letter reached the household.
    """

    DECLINED = EntitlementState.DECLINED.value, lambda: _s("辞退")
    DEEMED_DECLINED = EntitlementState.DEEMED_DECLINED.value, lambda: _s("みなし辞退")
    EXCHANGED = EntitlementState.EXCHANGED.value, lambda: _s("交換済")
    LAPSED = (
        EntitlementState.DELIVERED_UNEXCHANGED.value,
        lambda: _s("配達済・未交換（失効）"),
    )
    ALTERNATIVE = EntitlementState.ALTERNATIVE_DELIVERED.value, lambda: _s("代替品交付済")
    UNDELIVERED = EntitlementState.UNDELIVERED.value, lambda: _s("不着")
    NOT_TAKEN = "not_taken", lambda: _s("受け取りなし（手紙は届いた）")
    INELIGIBLE = EntitlementState.INELIGIBLE_AFTER_CHECK.value, lambda: _s("対象外（区の判断）")
    WAITING = "waiting", lambda: _s("未確定")


def final_label(state: str) -> str:
    """Return the ward's name of a final state of an entitlement, letters left aside."""
    if state == EntitlementState.UNDELIVERED:
        return _s("不着・受け取りなし")
    return label_of(SettledState, state)
