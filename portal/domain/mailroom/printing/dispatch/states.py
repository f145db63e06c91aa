"""States of planned postings."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class DispatchState(Labeled):
    """The status of a planned posting, as staff read it."""

    PLANNED = "planned", lambda: _s("予定")
    SENT = "sent", lambda: _s("送りました")
    CANCELLED = "cancelled", lambda: _s("取りやめ")


DISPATCH = StateMachine(
    "dispatch",
    DispatchState.PLANNED,
    {
        "send": {DispatchState.PLANNED: DispatchState.SENT},
        "cancel": {DispatchState.PLANNED: DispatchState.CANCELLED},
    },
)
