"""States of proofs."""

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
