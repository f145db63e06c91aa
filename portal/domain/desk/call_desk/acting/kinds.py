"""The acts for a caller, and the verification level that each needs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.domain.contacts.calls.levels import Level


class Act(StrEnum):
    """An act for a household on a caller's word."""

    REDELIVERY = "redelivery"
    NEW_LETTER = "new_letter"
    UNLOCK = "unlock"
    LOST = "lost"
    ALTERNATIVE = "alternative"
    DECLINE_FORM = "decline_form"
    CHANNEL = "channel"
    COUPON_FAULT = "coupon_fault"


NEEDED: Mapping[Act, Level] = MappingProxyType(
    {
        # only ever to the registered address: what a former husband could reach with what he knows
        # (``security.md`` A14)
        Act.REDELIVERY: Level.STATUS,
        Act.NEW_LETTER: Level.STATUS,
        Act.UNLOCK: Level.ACT,
        Act.LOST: Level.ACT,
        Act.ALTERNATIVE: Level.ACT,
        Act.DECLINE_FORM: Level.ACT,
        Act.CHANNEL: Level.ACT,
        Act.COUPON_FAULT: Level.ACT,
    }
)
"""The level that each act needs.

The change of channel also needs the call back and a second person.
"""
