"""States of a pause: on —prolong→ on —lift→ lifted; on —run_out→ over."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class PauseState(Labeled):
    """The state of a pause, as the ward reads it."""

    ON = "on", lambda: _s("送るのを止めています")
    LIFTED = "lifted", lambda: _s("区が、送るのを再開しました")
    OVER = "over", lambda: _s("時間が過ぎて、送るのを再開しました")


PAUSE = StateMachine(
    "sending_pause",
    PauseState.ON,
    {
        "prolong": {PauseState.ON: PauseState.ON},
        "lift": {PauseState.ON: PauseState.LIFTED},
        "run_out": {PauseState.ON: PauseState.OVER},
    },
)
