"""States of a staff account."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.people.staff.models import StaffUser


class AccountState(StrEnum):
    """How far an account has come; read from ``active`` and ``enrolled_at``."""

    INVITED = "invited"
    """Whoever made it has seen its password and key; its owner has set none of his own yet."""
    OWN = "own"
    """Password and app key are the owner's own."""
    CLOSED = "closed"


STAFF_ACCOUNT = StateMachine(
    name="staff_account",
    initial=AccountState.INVITED,
    steps={
        "enroll": {AccountState.INVITED: AccountState.OWN},
        "renew": {
            AccountState.INVITED: AccountState.INVITED,
            AccountState.OWN: AccountState.INVITED,
        },
        "deactivate": {
            AccountState.INVITED: AccountState.CLOSED,
            AccountState.OWN: AccountState.CLOSED,
            AccountState.CLOSED: AccountState.CLOSED,
        },
    },
)


def state_of(user: StaffUser) -> AccountState:
    """Return the state of an account."""
    if not user.active:
        return AccountState.CLOSED
    return AccountState.INVITED if user.enrolled_at is None else AccountState.OWN
