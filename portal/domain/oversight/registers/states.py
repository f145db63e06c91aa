"""States of an entry of a register."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class EntryState(Labeled):
    """How an entry stands, as staff read it."""

    STANDING = "standing", lambda: _s("有効")
    WAITING = "waiting", lambda: _s("区の確認を待つ")
    CONFIRMED = "confirmed", lambda: _s("区が確認ずみ")
    SUSPENDED = "suspended", lambda: _s("停止（区と協議する）")
    REJECTED = "rejected", lambda: _s("検査で不合格（直して出し直す）")
    REPLACED = "replaced", lambda: _s("出し直した")
    ENDED = "ended", lambda: _s("終了")


STANDING, WAITING, CONFIRMED, SUSPENDED, REJECTED, REPLACED, ENDED = EntryState
ENTRY = StateMachine(
    "register_entry",
    STANDING,
    {
        "hand_in": {STANDING: WAITING},
        "confirm": {WAITING: CONFIRMED},
        "reject": {WAITING: REJECTED},
        "replace": {REJECTED: REPLACED},
        "suspend": {STANDING: SUSPENDED},
        "resume": {SUSPENDED: STANDING},
        "end": {STANDING: ENDED, WAITING: ENDED, SUSPENDED: ENDED},
    },
)
"""``replace``: the repaired one was handed in.

``resume``: after the consultation with the ward that a suspension demands (clause 12(1)).
"""
