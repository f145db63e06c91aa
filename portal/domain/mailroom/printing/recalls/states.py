"""States of letters on a recall list."""

from portal.domain.foundation.states import StateMachine, fan

RECALL = StateMachine(
    "pull_letter",
    "listed",
    {
        "send": fan("listed", "sent"),
        "pull": fan("listed sent", "pulled"),
        "find_posted": fan("listed sent", "already_posted"),
    },
)
"""The mail house answers for each letter; what was posted meanwhile answers by itself."""
