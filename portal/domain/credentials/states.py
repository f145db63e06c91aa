"""States of a credential."""

from portal.domain.states import StateMachine, fan

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
        "supersede": fan(LIVING, "superseded"),
        "close": fan(LIVING, "closed"),
    },
)
"""``before`` stands for the state that lock or suspend left; services put it back."""
