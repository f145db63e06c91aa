"""States of a shipment (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine, fan

SHIPMENT = StateMachine(
    "shipment",
    "planned",
    {
        "post": fan("planned", "posted"),
        "absent": fan("posted", "at_post_office"),
        "deliver": fan("posted at_post_office", "delivered"),
        "return": fan("posted at_post_office", "returning"),
        "receive": fan("returning", "returned"),
        "lose": fan("posted", "lost"),
        # the design does not name it: what the post was looking for sometimes turns up
        "find": fan("lost", "posted"),
        "cancel": fan("planned", "cancelled"),
    },
)
ON_THE_WAY = ("posted", "at_post_office", "returning")
"""Out of our hands, and nobody has said yet how it ended."""
BEYOND_POSTING = ("at_post_office", "delivered", "returning", "returned", "lost")
"""What the post said of it after the posting."""
