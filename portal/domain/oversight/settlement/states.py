"""The states in which the settlement counts a child."""

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.people.entitlements.states import EntitlementState


class SettledState(Labeled):
    """The state in which a child is counted, as the ward's report names it (``domain.md`` §1.1).

    Every final state of an entitlement, and ``WAITING``: held or claimed by an open request, so
    that the child has no final state yet and the settlement cannot be closed.
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
    INELIGIBLE = EntitlementState.INELIGIBLE_AFTER_CHECK.value, lambda: _s("対象外（区の判断）")
    WAITING = "waiting", lambda: _s("未確定")
