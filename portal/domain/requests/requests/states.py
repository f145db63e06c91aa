"""Where a request stands for the people who work on it.

What was decided lies in the slice of its kind.
"""

from portal.domain.foundation.states import StateMachine, fan
from portal.domain.foundation.texts import Labeled, _s


class RequestState(Labeled):
    """Where a request stands, as staff read it."""

    WAITING = "waiting", lambda: _s("審査待ち")
    WITH_RESIDENT = "with_resident", lambda: _s("本人の返事待ち")
    IN_PROGRESS = "in_progress", lambda: _s("進行中")
    CLOSED = "closed", lambda: _s("終わり")


REQUEST = StateMachine(
    "request",
    "waiting",
    {
        # decided, and something still has to happen (issuer, packing, print run, post)
        "proceed": fan("waiting in_progress", "in_progress"),
        # the ball is with the resident: correction, countersignature, confirmation in the portal
        "ask_back": fan("waiting", "with_resident"),
        "answer": fan("with_resident", "waiting"),
        # something came back (a parcel, an issuer's answer) and a person must decide again
        "review_again": fan("in_progress", "waiting"),
        "close": fan("waiting in_progress with_resident", "closed"),
        # taken back after it was accepted: stays closed with another result
        "reclose": fan("closed", "closed"),
    },
)
OPEN = (RequestState.WAITING, RequestState.IN_PROGRESS, RequestState.WITH_RESIDENT)
"""A request in one of these states is nobody's history yet."""
