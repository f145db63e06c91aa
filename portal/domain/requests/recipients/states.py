"""States of one child's change of recipient."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class ChangeState(StrEnum):
    """The status of one child's change of recipient."""

    SUBMITTED = "submitted"
    AWAITING_STOP = "awaiting_stop"
    MOVED = "moved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_C = ChangeState
OPEN = (_C.SUBMITTED, _C.AWAITING_STOP)
CHANGE = StateMachine(
    "recipient_change",
    _C.SUBMITTED,
    {
        # the issuer must confirm first that the code is unspent
        "accept": {_C.SUBMITTED: _C.AWAITING_STOP},
        "move": dict.fromkeys(OPEN, _C.MOVED),
        "found_spent": dict.fromkeys(OPEN, _C.REFUSED),
        "refuse": {_C.SUBMITTED: _C.REFUSED},
        "withdraw": {_C.SUBMITTED: _C.WITHDRAWN},
    },
)
