"""States of a decline, child by child (``design.md`` §5)."""

from portal.domain.foundation.states import StateMachine, fan
from portal.domain.foundation.texts import Labeled, _s


class DeclineState(Labeled):
    """Where one child's decline stands, as staff read it."""

    SUBMITTED = "submitted", lambda: _s("申請中")
    RETURNED_FOR_CORRECTION = "returned_for_correction", lambda: _s("本人に戻した")
    UNCLEAR = "unclear", lambda: _s("はっきりしない")
    AWAITING_STOP = "awaiting_stop", lambda: _s("発行者の確認待ち")
    ACCEPTED = "accepted", lambda: _s("辞退")
    REFUSED = "refused", lambda: _s("お断り")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")


DECLINE = StateMachine(
    "decline",
    "submitted",
    {
        "return": fan("submitted", "returned_for_correction"),
        "resubmit": fan("returned_for_correction", "submitted"),
        "mark_unclear": fan("submitted", "unclear"),
        # an unclear form turns out to be a decline, or to be none: one action with two ends
        "clarify": fan("unclear", "submitted"),
        "clarify_refuse": fan("unclear", "refused"),
        "accept": fan("submitted", "awaiting_stop"),
        "confirm": fan("awaiting_stop", "accepted"),
        "found_spent": fan("awaiting_stop", "refused"),
        "refuse": fan("submitted", "refused"),
        "withdraw": fan("submitted returned_for_correction awaiting_stop accepted", "withdrawn"),
    },
)
LIVE = ("submitted", "returned_for_correction", "unclear", "awaiting_stop", "accepted")
"""A child whose item is in one of these is declined or on the way to it.

A second form for it counts nothing.
"""
