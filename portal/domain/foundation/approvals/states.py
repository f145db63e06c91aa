"""States of an approval."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine


class ApprovalState(StrEnum):
    """The state of a proposal."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PROPOSED, CONFIRMED, REFUSED, WITHDRAWN = ApprovalState
APPROVAL = StateMachine(
    "approval",
    PROPOSED,
    {
        "confirm": {PROPOSED: CONFIRMED},
        "refuse": {PROPOSED: REFUSED},
        "withdraw": {PROPOSED: WITHDRAWN},
    },
)
"""A second person confirms or rejects; the proposer may only withdraw."""
