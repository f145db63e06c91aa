"""States of a redelivery (``design.md`` §5), what is sent again, and how sure the requester is."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class RedeliveryState(StrEnum):
    """The status of a redelivery."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MissingItem(Labeled):
    """What did not arrive, as staff read it."""

    LETTER = "letter", lambda: _s("IDとパスワードの手紙")
    PARCEL = "parcel", lambda: _s("紙の代替品の小包")


class Proof(StrEnum):
    """How sure we are that the requester belongs to the household."""

    SESSION = "session"
    """Signed in."""
    STAFF = "staff"
    """Checked by a person of the staff."""
    NONE = "none"
    """Nobody checked: a request without sign-in."""


_R = RedeliveryState
REDELIVERY = StateMachine(
    "redelivery",
    _R.SUBMITTED,
    {
        "approve": {_R.SUBMITTED: _R.APPROVED},
        "fulfill": {_R.APPROVED: _R.FULFILLED},
        "refuse": dict.fromkeys((_R.SUBMITTED, _R.APPROVED), _R.REFUSED),
        "withdraw": dict.fromkeys((_R.SUBMITTED, _R.APPROVED), _R.WITHDRAWN),
        "reopen": {_R.REFUSED: _R.SUBMITTED},
    },
)
OPEN = (_R.SUBMITTED, _R.APPROVED)
COUNTED = (_R.APPROVED, _R.FULFILLED)
"""Counts against the number of redeliveries that the program allows."""
