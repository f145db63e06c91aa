"""The signed-in user of the staff site and their active call, loaded in one query.

Every staff page needs both.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, literal
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.queries import last_of
from portal.domain.contacts.calls.states import ENDED
from portal.domain.foundation.base import table_of
from portal.domain.foundation.wide_reads import Reads, WideRead
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.models import StaffUser

# Built once: building a statement takes as long as running it. The state stands in its text: as a
# parameter, which nearly all calls have and PostgreSQL cannot know, it is planned for every page.
_OPEN = Call.state != literal(ENDED, literal_execute=True)
_LAST = last_of(Call.id.expression).correlate(Call).scalar_subquery()
_SIGNED_IN_STAFF = (
    sessions.OF_TOKEN.join(StaffUser, StaffUser.id == AuthSession.owner_id)
    .outerjoin(Call, and_(Call.agent_id == StaffUser.id, _OPEN))
    .add_columns(StaffUser, Call, _LAST)
)
_STAFF, _CALL = tuple(table_of(StaffUser).c), tuple(table_of(Call).c)
_READ = WideRead(
    _SIGNED_IN_STAFF.with_only_columns(
        *(*sessions.COLUMNS, *_STAFF, *_CALL, _LAST), maintain_column_froms=True
    )
)
_STAFF_NAMES, _CALL_NAMES = (tuple(one.key for one in columns) for columns in (_STAFF, _CALL))
_STAFF_AT = len(sessions.COLUMNS)
_CALL_AT = _STAFF_AT + len(_STAFF)


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
    row = session.execute(_SIGNED_IN_STAFF, _key(token)).one_or_none()
    return SignedInStaff(*row) if row is not None and sessions.is_alive(row[0], now) else None


def read_signed_in_staff(reads: Reads, token: str, now: datetime) -> SignedInStaff | None:
    """Return the same for a page that only reads.

    They are no rows of the transaction: nothing that is changed in them is kept.
    """
    rows = reads.rows(_READ, _key(token))
    if not rows or (auth := sessions.from_row(rows[0], now)) is None:
        return None
    (row,) = rows
    staff = StaffUser(**dict(zip(_STAFF_NAMES, row[_STAFF_AT:_CALL_AT], strict=True)))
    call = dict(zip(_CALL_NAMES, row[_CALL_AT:-1], strict=True))
    return SignedInStaff(auth, staff, Call(**call) if call["id"] is not None else None, row[-1])


def _key(token: str) -> Mapping[str, object]:
    return {"token_hash": sessions.token_hash(token), "site": sessions.STAFF}
