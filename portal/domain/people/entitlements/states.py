"""States of an entitlement: in progress, held, or one final state (``domain.md`` §1.1)."""

from portal.domain.foundation.states import StateMachine, fan

OPEN = ("in_progress", "held")
FINAL = (
    "declined",
    "deemed_declined",
    "exchanged",
    "delivered_unexchanged",
    "alternative_delivered",
    "undelivered",
    "ineligible_after_check",
)
ALL = (*OPEN, *FINAL)
ENTITLEMENT = StateMachine(
    "entitlement",
    "in_progress",
    {
        "hold": fan("in_progress", "held"),
        "release": fan("held", "in_progress"),
        "exchange": fan("in_progress", "exchanged"),
        "decline": fan("in_progress", "declined"),
        # a decline is taken back before the cut-off: the only way out of a final state
        "reopen": fan("declined", "in_progress"),
        "deem_declined": fan("in_progress", "deemed_declined"),
        "deliver_alternative": fan("in_progress", "alternative_delivered"),
        "lapse": fan("in_progress", "delivered_unexchanged"),
        "give_up": fan("in_progress held", "undelivered"),
        "exclude": fan("in_progress held", "ineligible_after_check"),
    },
)
