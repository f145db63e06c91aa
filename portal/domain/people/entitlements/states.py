"""States of an entitlement: in progress, held, or one final state (``domain.md`` §1.1)."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class EntitlementState(Labeled):
    """The state of an entitlement, as staff read it."""

    IN_PROGRESS = "in_progress", lambda: _s("手続き中")
    HELD = "held", lambda: _s("保留")
    DECLINED = "declined", lambda: _s("辞退")
    DEEMED_DECLINED = "deemed_declined", lambda: _s("みなし辞退")
    EXCHANGED = "exchanged", lambda: _s("交換ずみ")
    DELIVERED_UNEXCHANGED = "delivered_unexchanged", lambda: _s("お渡しずみ・未交換")
    ALTERNATIVE_DELIVERED = "alternative_delivered", lambda: _s("紙でお渡しずみ")
    UNDELIVERED = "undelivered", lambda: _s("不着・受け取りなし")
    INELIGIBLE_AFTER_CHECK = "ineligible_after_check", lambda: _s("確認の結果、対象外")


OPEN = (EntitlementState.IN_PROGRESS, EntitlementState.HELD)
FINAL = tuple(state for state in EntitlementState if state not in OPEN)
ALL = tuple(EntitlementState)
ENTITLEMENT = StateMachine(
    "entitlement",
    EntitlementState.IN_PROGRESS,
    {
        "hold": {EntitlementState.IN_PROGRESS: EntitlementState.HELD},
        "release": {EntitlementState.HELD: EntitlementState.IN_PROGRESS},
        "exchange": {EntitlementState.IN_PROGRESS: EntitlementState.EXCHANGED},
        "decline": {EntitlementState.IN_PROGRESS: EntitlementState.DECLINED},
        # a decline is withdrawn, or its decision taken back: the only way out of a final state
        "reopen": {EntitlementState.DECLINED: EntitlementState.IN_PROGRESS},
        "deem_declined": {EntitlementState.IN_PROGRESS: EntitlementState.DEEMED_DECLINED},
        "deliver_alternative": {
            EntitlementState.IN_PROGRESS: EntitlementState.ALTERNATIVE_DELIVERED
        },
        "lapse": {EntitlementState.IN_PROGRESS: EntitlementState.DELIVERED_UNEXCHANGED},
        "give_up": dict.fromkeys(OPEN, EntitlementState.UNDELIVERED),
        "exclude": dict.fromkeys(OPEN, EntitlementState.INELIGIBLE_AFTER_CHECK),
    },
)
