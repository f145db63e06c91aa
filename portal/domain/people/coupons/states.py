"""States of a coupon (``design.md`` §5); a code in stock belongs to nobody yet."""

from portal.domain.foundation.states import StateMachine, fan

STOCK = "stock"
LIVE = ("assigned", "revealed", "suspended", "stop_requested", "part_used", "exchanged")
DEAD = ("voided", "expired")
ALL = (STOCK, *LIVE, *DEAD)
SHOWABLE = ("assigned", "revealed", "part_used", "exchanged")
COUPON = StateMachine(
    "coupon",
    STOCK,
    {
        "assign": fan("stock", "assigned"),
        "reveal": fan("assigned", "revealed"),
        "suspend": fan("assigned revealed", "suspended"),
        # "back" depends on where the coupon was: ``state_before`` picks one of these two.
        "resume_assigned": fan("suspended", "assigned"),
        "resume_revealed": fan("suspended", "revealed"),
        "request_stop": fan("assigned revealed suspended", "stop_requested"),
        "confirm_stop": fan("stop_requested", "voided"),
        "found_spent": fan("stop_requested", "revealed"),
        "import_part": fan("revealed", "part_used"),
        "import_full": fan("revealed part_used", "exchanged"),
        "expire": fan("assigned revealed suspended stop_requested part_used", "expired"),
    },
)
DIFFERENCE = StateMachine(
    "issuer_difference", "open", {"settle": fan("open", "settled"), "vanish": fan("open", "gone")}
)
"""A difference to the issuer's statement: settled by a person with a note, or gone by a later one.
"""
