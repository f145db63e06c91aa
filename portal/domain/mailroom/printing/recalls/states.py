"""States of letters on a recall list, the mail house's answers, and the reasons of recalls."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class RecallState(Labeled):
    """The status of a letter on a recall list, as staff read it."""

    LISTED = "listed", lambda: _s("まだ送っていません")
    SENT = "sent", lambda: _s("返事を待っています")
    PULLED = "pulled", lambda: _s("抜き取りました")
    ALREADY_POSTED = "already_posted", lambda: _s("差し出したあとでした（IDは停止）")


class RecallAnswer(StrEnum):
    """The mail house's answer about a letter, named by the step that it takes."""

    RECALLED = "pull"
    ALREADY_POSTED = "find_posted"


WAITING = (RecallState.LISTED, RecallState.SENT)
"""The mail house has not answered yet."""
RECALL = StateMachine(
    "pull_letter",
    RecallState.LISTED,
    {
        "send": {RecallState.LISTED: RecallState.SENT},
        RecallAnswer.RECALLED: dict.fromkeys(WAITING, RecallState.PULLED),
        RecallAnswer.ALREADY_POSTED: dict.fromkeys(WAITING, RecallState.ALREADY_POSTED),
    },
)
"""The mail house answers for each letter; entering its posting counts as an answer too."""


class RecallReason(Labeled):
    """Why a letter must be recalled, as staff read it.

    ``STOPPED`` covers all other reasons, so that the code does not reveal who is protected.
    """

    DIED = "died", lambda: _s("亡くなった人がいる")
    MOVED = "moved", lambda: _s("引っ越した")
    REMOVED = "removed", lambda: _s("名簿から外れた")
    DECLINED = "declined", lambda: _s("受け取るこどもがいない（辞退など）")
    STOPPED = "stopped", lambda: _s("保留などで止めた")
