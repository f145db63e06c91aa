"""States of a credential."""

from portal.domain.foundation.states import StateMachine, fan

LIVING = "issued active locked suspended"
CREDENTIAL = StateMachine(
    "credential",
    "issued",
    {
        "activate": fan("issued", "active"),
        "lock": fan("issued active", "locked"),
        "unlock": fan("locked", "before"),
        "suspend": fan("issued active", "suspended"),
        "resume": fan("suspended", "before"),
        "reset_channel": fan("active", "issued"),
        "supersede": fan(LIVING, "superseded"),
        "close": fan(LIVING, "closed"),
    },
)
"""``before`` stands for the state before a lock or suspension; services restore it.

``reset_channel``: two people gave up the old source of codes; the first sign-in is repeated once.
"""
