"""How far a disposal is; there is no way back from its first state."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class DisposalState(Labeled):
    """How far a disposal is, as the two people who began it read it."""

    BEGUN = "begun", lambda: _s("始めた（サイトは閉じた）")
    KEYS_GONE = "keys_gone", lambda: _s("鍵を廃棄した")
    ROWS_GONE = "rows_gone", lambda: _s("データを消した")
    COMPLETE = "complete", lambda: _s("終わった")


BEGUN, KEYS_GONE, ROWS_GONE, COMPLETE = DisposalState
DISPOSAL = StateMachine(
    "disposal",
    BEGUN,
    {
        "destroy_keys": {BEGUN: KEYS_GONE},
        "remove_rows": {KEYS_GONE: ROWS_GONE},
        "complete": {ROWS_GONE: COMPLETE},
    },
)
