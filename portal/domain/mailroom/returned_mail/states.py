"""States of a returned letter or parcel."""

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
        # only for parcels: the desk of parcels returns them to stock or posts them again
        "send_on": {ItemState.KEPT: ItemState.SENT_ON},
        # by two people, after the last day of storage
        "destroy": {ItemState.KEPT: ItemState.DESTROYED},
    },
)
