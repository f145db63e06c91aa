"""The signed-in user of the staff site and their active call, loaded in one query.

Every staff page needs both.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, literal
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.queries import last_of
from portal.domain.contacts.calls.states import ENDED
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.models import StaffUser

# Built once: building a statement takes as long as running it. The state stands in its text: as a
# parameter, which nearly all calls have and PostgreSQL cannot know, it is planned for every page.
_OPEN = Call.state != literal(ENDED, literal_execute=True)
_SIGNED_IN_STAFF = (
    sessions.OF_TOKEN.join(StaffUser, StaffUser.id == AuthSession.owner_id)
    .outerjoin(Call, and_(Call.agent_id == StaffUser.id, _OPEN))
    .add_columns(StaffUser, Call, last_of(Call.id.expression).correlate(Call).scalar_subquery())
)


class SignedInStaff(Struct, frozen=True):
    """A live session of the staff site with its account and the account's call that is not ended.

    The account may be deactivated. ``opened_last`` is the household opened last in the call, or
    None if there is none or it is protected now.
    """

    auth: AuthSession
    staff: StaffUser
    call: Call | None = None
    opened_last: int | None = None


def signed_in_staff(session: Session, token: str, now: datetime) -> SignedInStaff | None:
    """Return the signed-in user of a session token, or None if the session has ended."""
    key = {"token_hash": sessions.token_hash(token), "site": sessions.STAFF}
    row = session.execute(_SIGNED_IN_STAFF, key).one_or_none()
    return SignedInStaff(*row) if row is not None and sessions.is_alive(row[0], now) else None
