"""States of one child's paper alternative (``design.md`` §5) and of the packing of a parcel."""

from portal.domain.foundation.states import StateMachine, fan

ALTERNATIVE = StateMachine(
    "alternative",
    "submitted",
    {
        "approve": fan("submitted", "awaiting_stop"),
        "confirm": fan("awaiting_stop", "approved"),
        # as for a decline: one yen spent before the stop ends the request
        "found_spent": fan("awaiting_stop", "refused"),
        "pack": fan("approved", "packed"),
        "post": fan("packed", "posted"),
        "deliver": fan("posted", "delivered"),
        "return": fan("posted", "returned"),
        "repost": fan("returned", "posted"),
        "restock": fan("returned", "restocked"),
        # the design has no way out of a parcel that the post lost: somebody decides, unless it is
        # found
        "lose": fan("posted", "lost"),
        "find": fan("lost", "posted"),
        "resend": fan("lost", "approved"),
        "write_off": fan("lost", "written_off"),
        "refuse": fan("submitted", "refused"),
        "withdraw": fan("submitted awaiting_stop approved", "withdrawn"),
    },
)
BEFORE_PACKING = ("submitted", "awaiting_stop", "approved")
LIVE = (*BEFORE_PACKING, "packed", "posted", "returned", "lost")
"""A child has at most one alternative in these states; a unique index keeps it so."""
FOR_WARD = ("restocked", "written_off")
"""Ended without paper in the household's hands: what follows is settled with the ward."""

PACKING = StateMachine(
    "packing",
    "counted",
    {"confirm": fan("counted", "confirmed"), "discard": fan("counted", "discarded")},
)
PIECE = StateMachine(
    "piece",
    "in_stock",
    {
        "set_aside": fan("in_stock", "set_aside"),
        "put_back": fan("set_aside", "in_stock"),
        "send": fan("set_aside", "out"),
        "restock": fan("out", "in_stock"),
        "lose": fan("out", "gone"),
        "write_off": fan("in_stock", "gone"),
        "find": fan("gone", "in_stock"),
    },
)
RESERVATION = StateMachine(
    "reservation",
    "waiting",
    {
        "reserve": fan("waiting", "reserved"),
        # pieces that were promised turned out to be missing
        "wait_again": fan("reserved", "waiting"),
        "use": fan("reserved", "used"),
        # the parcel was lost, and the child gets other pieces
        "again": fan("used", "waiting"),
        "release": fan("waiting reserved", "released"),
    },
)
