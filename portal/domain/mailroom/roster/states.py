"""States of a roster import."""

from portal.domain.foundation.states import StateMachine, fan

ROSTER_IMPORT = StateMachine(
    "roster_import",
    "staging",
    {
        "stage": fan("staging", "staged"),
        "apply": fan("staged", "applied"),
        "supersede": fan("staged", "superseded"),
    },
)
