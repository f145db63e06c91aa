"""States of a letter or parcel that came back to us."""

from portal.domain.foundation.states import StateMachine, fan

KEPT, DESTROYED, WITH_WARD, RESTOCKED = "kept", "destroyed", "with_ward", "sent_on"

RETURNED_ITEM = StateMachine(
    "returned_item",
    KEPT,
    {
        "hand_to_ward": fan(KEPT, WITH_WARD),
        # a parcel goes into stock or to the post again: the desk of parcels does that
        "send_on": fan(KEPT, RESTOCKED),
        # two names, after the last day of keeping
        "destroy": fan(KEPT, DESTROYED),
    },
)
