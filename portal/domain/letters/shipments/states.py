"""States of a shipment (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ShipmentState(Labeled):
    """The state of a shipment, as staff read it."""

    PLANNED = "planned", lambda: _s("差し出す前")
    POSTED = "posted", lambda: _s("差し出した")
    AT_POST_OFFICE = "at_post_office", lambda: _s("郵便局で保管")
    DELIVERED = "delivered", lambda: _s("届いた")
    RETURNING = "returning", lambda: _s("返送中")
    RETURNED = "returned", lambda: _s("戻った")
    LOST = "lost", lambda: _s("郵便局が調査中")
    CANCELLED = "cancelled", lambda: _s("窓口で渡した")


PLANNED, POSTED, AT_POST_OFFICE, DELIVERED, RETURNING, RETURNED, LOST, CANCELLED = ShipmentState
SHIPMENT = StateMachine(
    "shipment",
    PLANNED,
    {
        "post": {PLANNED: POSTED},
        "absent": {POSTED: AT_POST_OFFICE},
        "deliver": {POSTED: DELIVERED, AT_POST_OFFICE: DELIVERED},
        "return": {POSTED: RETURNING, AT_POST_OFFICE: RETURNING},
        "receive": {RETURNING: RETURNED},
        "lose": {POSTED: LOST},
        # not in the design: an item reported lost is sometimes found
        "find": {LOST: POSTED},
        "cancel": {PLANNED: CANCELLED},
        # the envelope is in our hands, whatever the post's records say
        "turn_up": {DELIVERED: RETURNED, LOST: RETURNED},
    },
)
ON_THE_WAY = (POSTED, AT_POST_OFFICE, RETURNING)
"""Handed to the post, and neither delivered, returned nor lost as far as is reported."""
BEYOND_POSTING = (AT_POST_OFFICE, DELIVERED, RETURNING, RETURNED, LOST)
"""States that only the post's reports lead to."""
