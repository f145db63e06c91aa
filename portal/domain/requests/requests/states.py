"""The status of a request at the review desk.

What was decided about its parts is recorded in the slice of its kind.
"""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class RequestState(Labeled):
    """The status of a request, as staff read it."""

    WAITING = "waiting", lambda: _s("審査待ち")
    WITH_RESIDENT = "with_resident", lambda: _s("本人の返事待ち")
    IN_PROGRESS = "in_progress", lambda: _s("進行中")
    CLOSED = "closed", lambda: _s("終わり")


OPEN = (RequestState.WAITING, RequestState.IN_PROGRESS, RequestState.WITH_RESIDENT)
"""The request is not closed yet."""
REQUEST = StateMachine(
    "request",
    RequestState.WAITING,
    {
        # decided, and something must still happen (issuer, packing, print run, post)
        "proceed": dict.fromkeys(
            (RequestState.WAITING, RequestState.IN_PROGRESS), RequestState.IN_PROGRESS
        ),
        # the resident must act: correction, countersignature, confirmation in the portal
        "ask_back": {RequestState.WAITING: RequestState.WITH_RESIDENT},
        "answer": {RequestState.WITH_RESIDENT: RequestState.WAITING},
        # a parcel or an issuer's answer came back, and a person must decide again
        "review_again": {RequestState.IN_PROGRESS: RequestState.WAITING},
        "close": dict.fromkeys(OPEN, RequestState.CLOSED),
        # withdrawn after it was accepted: stays closed with another result
        "reclose": {RequestState.CLOSED: RequestState.CLOSED},
        # a decision is taken back before anybody read it (``reopening``)
        "reopen": {RequestState.CLOSED: RequestState.WAITING},
    },
)
