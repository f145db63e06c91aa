"""States of an entry of a register, and of a request of a person."""

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


class PersonRequestState(Labeled):
    """How far a request of a person is, as staff read it."""

    RECEIVED = "received", lambda: _s("受け付けた（まださがしていない）")
    SEARCH_ASKED = "search_asked", lambda: _s("検索の確認を待つ")
    SEARCHED = "searched", lambda: _s("さがした（区の決定を待つ）")
    DECISION_ASKED = "decision_asked", lambda: _s("決定の確認を待つ")
    DECIDED = "decided", lambda: _s("区が決めた（まだ実施していない）")
    CARRIED_OUT = "carried_out", lambda: _s("実施した（まだ区に伝えていない）")
    TOLD = "told", lambda: _s("区に伝えた（区の確認を待つ）")
    CLOSED = "closed", lambda: _s("終わった")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げられた")


(
    RECEIVED,
    SEARCH_ASKED,
    SEARCHED,
    DECISION_ASKED,
    DECIDED,
    CARRIED_OUT,
    TOLD,
    CLOSED,
    WITHDRAWN,
) = PersonRequestState
PERSON_REQUEST = StateMachine(
    "person_request",
    RECEIVED,
    {
        # again, when the family turns out to be the wrong one
        "ask_search": {RECEIVED: SEARCH_ASKED, SEARCHED: SEARCH_ASKED},
        "search": {SEARCH_ASKED: SEARCHED},
        "turn_down_search": {SEARCH_ASKED: RECEIVED},
        "propose": {SEARCHED: DECISION_ASKED},
        "decide": {DECISION_ASKED: DECIDED},
        "turn_down": {DECISION_ASKED: SEARCHED},
        # before anything was done: protection began, or the person said more
        "reconsider": {DECIDED: SEARCHED},
        "carry_out": {DECIDED: CARRIED_OUT, CARRIED_OUT: CARRIED_OUT},
        # a refusal changes nothing that could be carried out: ``steps`` enforces it
        "tell": {DECIDED: TOLD, CARRIED_OUT: TOLD},
        "close": {TOLD: CLOSED},
        "withdraw": dict.fromkeys(
            (RECEIVED, SEARCH_ASKED, SEARCHED, DECISION_ASKED, DECIDED), WITHDRAWN
        ),
    },
)
"""``carry_out`` again: an extract whose file was lost before it was handed over is drawn anew."""
