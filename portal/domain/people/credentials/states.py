"""States of a credential."""

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
