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
        # not in the design: an item reported lost is sometimes found
        "find": fan("lost", "posted"),
        "cancel": fan("planned", "cancelled"),
    },
)
ON_THE_WAY = ("posted", "at_post_office", "returning")
"""Handed to the post, and its end is not reported yet."""
BEYOND_POSTING = ("at_post_office", "delivered", "returning", "returned", "lost")
"""States that only a report of the post leads to."""
