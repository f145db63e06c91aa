"""States of a credential, and of the door that a report of a loss shuts."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class CredentialState(Labeled):
    """The state of a mailed credential, as staff read it."""

    ISSUED = "issued", lambda: _s("手紙を発行・未使用")
    ACTIVE = "active", lambda: _s("使用中")
    LOCKED = "locked", lambda: _s("凍結")
    SUSPENDED = "suspended", lambda: _s("停止")
    SUPERSEDED = "superseded", lambda: _s("新しい手紙に交代")
    CLOSED = "closed", lambda: _s("終了")


class Door(StrEnum):
    """Who may sign in with a credential, after a report that one item alone made.

    Unless it is open, only browsers that signed in once; it is named by what is lost.
    """

    OPEN = "open"
    LETTER_LOST = "letter_lost"
    PHONE_LOST = "phone_lost"
    BOTH_LOST = "both_lost"


USABLE = (CredentialState.ISSUED, CredentialState.ACTIVE)
LIVING = (*USABLE, CredentialState.LOCKED, CredentialState.SUSPENDED)
BEFORE = "before"
"""Stands for the state before a lock or suspension; ``services.move`` restores it."""
CREDENTIAL = StateMachine(
    "credential",
    CredentialState.ISSUED,
    {
        "activate": {CredentialState.ISSUED: CredentialState.ACTIVE},
        "lock": dict.fromkeys(USABLE, CredentialState.LOCKED),
        "unlock": {CredentialState.LOCKED: BEFORE},
        "suspend": dict.fromkeys(USABLE, CredentialState.SUSPENDED),
        "resume": {CredentialState.SUSPENDED: BEFORE},
        "reset_channel": {CredentialState.ACTIVE: CredentialState.ISSUED},
        "supersede": dict.fromkeys(LIVING, CredentialState.SUPERSEDED),
        "close": dict.fromkeys(LIVING, CredentialState.CLOSED),
    },
)
"""``reset_channel``: two people removed the source of codes; the first sign-in is repeated."""
DOOR = StateMachine(
    "door",
    Door.OPEN,
    {
        "report_letter": {Door.OPEN: Door.LETTER_LOST, Door.PHONE_LOST: Door.BOTH_LOST},
        "report_phone": {Door.OPEN: Door.PHONE_LOST, Door.LETTER_LOST: Door.BOTH_LOST},
        "lift": dict.fromkeys((Door.LETTER_LOST, Door.PHONE_LOST, Door.BOTH_LOST), Door.OPEN),
    },
)
"""A report shuts the door to unknown browsers, and does nothing else; a new letter has its own."""
