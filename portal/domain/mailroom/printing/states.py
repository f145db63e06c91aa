"""States of proofs, of archives, of letters on a pull list, and of dispatches."""

from portal.domain.foundation.states import StateMachine, fan

PROOF = StateMachine(
    "print_proof",
    "made",
    {
        "approve": fan("made", "approved"),
        "refuse": fan("made", "refused"),
        "replace": fan("made approved refused", "replaced"),
    },
)
"""Replaced: the run's files are others now.

A refused proof ends its run, as long as the files are the same.
"""

ARCHIVE = StateMachine(
    "print_archive",
    "built",
    {
        "send": fan("built", "sent"),
        "drop": fan("built", "dropped"),
        "lose": fan("built sent", "lost"),
    },
)
"""Dropped: made anew before it left the house.

Lost: it must be taken for read, so its letters count no more.
"""

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

DISPATCH = StateMachine(
    "dispatch", "planned", {"send": fan("planned", "sent"), "cancel": fan("planned", "cancelled")}
)
