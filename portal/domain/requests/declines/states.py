"""States of a decline, child by child (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine, fan

DECLINE = StateMachine(
    "decline",
    "submitted",
    {
        "return": fan("submitted", "returned_for_correction"),
        "resubmit": fan("returned_for_correction", "submitted"),
        "mark_unclear": fan("submitted", "unclear"),
        # an unclear form turns out to be a decline, or to be none: one action with two ends
        "clarify": fan("unclear", "submitted"),
        "clarify_refuse": fan("unclear", "refused"),
        "accept": fan("submitted", "awaiting_stop"),
        "confirm": fan("awaiting_stop", "accepted"),
        "found_spent": fan("awaiting_stop", "refused"),
        "refuse": fan("submitted", "refused"),
        "withdraw": fan("submitted returned_for_correction awaiting_stop accepted", "withdrawn"),
    },
)
LIVE = ("submitted", "returned_for_correction", "unclear", "awaiting_stop", "accepted")
"""A child whose item is in one of these is declined or on the way to it.

A second form for it counts nothing.
"""
