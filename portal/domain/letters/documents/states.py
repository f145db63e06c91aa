"""States of one version of a document of the ward."""

from portal.domain.foundation.states import StateMachine, fan

DOCUMENT = StateMachine(
    "document",
    "proposed",
    {
        "approve": fan("proposed", "approved"),
        "refuse": fan("proposed", "refused"),
        "revoke": fan("approved", "revoked"),
    },
)
"""``revoke``: the ward revokes an approval; nothing more is printed from this version."""
