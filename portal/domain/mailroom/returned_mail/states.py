"""States of a letter or parcel that came back to us."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class ItemState(StrEnum):
    """The status of an item of returned mail."""

    KEPT = "kept"
    DESTROYED = "destroyed"
    WITH_WARD = "with_ward"
    SENT_ON = "sent_on"


RETURNED_ITEM = StateMachine(
    "returned_item",
    ItemState.KEPT,
    {
        "hand_to_ward": {ItemState.KEPT: ItemState.WITH_WARD},
        # a parcel goes into stock or to the post again: the desk of parcels does that
        "send_on": {ItemState.KEPT: ItemState.SENT_ON},
        # two names, after the last day of keeping
        "destroy": {ItemState.KEPT: ItemState.DESTROYED},
    },
)
