"""States of archives."""

from portal.domain.foundation.states import StateMachine, fan

ARCHIVE = StateMachine(
    "print_archive",
    "built",
    {
        "send": fan("built", "sent"),
        "drop": fan("built", "dropped"),
        "lose": fan("built sent", "lost"),
    },
)
"""Dropped: made anew before it was sent.

Lost: it must be taken for read, so its letters count no more.
"""
