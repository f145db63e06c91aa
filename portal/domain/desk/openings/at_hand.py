"""What of a household a person has in hand now: then it opens without a question.

The call that runs, a request that the person reviews, a call-back that they make; or the record
from whose page they came, while it waits for somebody (``records``).
"""

import re

from msgspec import Struct
from sqlalchemy import bindparam, literal, select

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import OPEN as OPEN_CALL
from portal.domain.contacts.escalations.models import CallBack
from portal.domain.contacts.escalations.states import CallBackState
from portal.domain.desk.openings.records import Reader, Record, is_work_on
from portal.domain.foundation.base import BigId, UtcDateTime
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.models import Task
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.written import known_recipient
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request

_HOME, _ME = bindparam("home", type_=BigId), bindparam("me", type_=BigId)
_NOW = bindparam("now", type_=UtcDateTime)
_MINE = (
    select(literal("call"), Call.id)
    .join(CallHousehold, CallHousehold.call_id == Call.id)
    .where(CallHousehold.household_id == _HOME, Call.agent_id == _ME, Call.state.in_(OPEN_CALL))
    .union_all(
        select(literal("request"), Request.id).where(
            Request.household_id == _HOME,
            Request.claimed_by == _ME,
            Request.claimed_until > _NOW,
        ),
        select(literal("request"), Request.id)
        .join(RecipientChange, RecipientChange.request_id == Request.id)
        .where(
            RecipientChange.from_household_id == _HOME,
            Request.claimed_by == _ME,
            Request.claimed_until > _NOW,
        ),
        select(literal("task"), Task.id)
        .join(CallBack, CallBack.task_id == Task.id)
        .where(
            Task.household_id == _HOME,
            CallBack.claimed_by == _ME,
            CallBack.state == CallBackState.CLAIMED,
        ),
    )
)
_MY_MOVES = select(Request).where(
    Request.kind.in_((RequestKind.RECIPIENT_CHANGE, RequestKind.ADDITION)),
    Request.claimed_by == _ME,
    Request.claimed_until > _NOW,
)
_ORIGIN = re.compile(rf"({'|'.join(Record)})-(\d{{1,18}})")


class AtHand(Struct, frozen=True):
    """The work for which a household opens: the kind of record, or ``request``, and its key."""

    kind: str
    key: int

    @property
    def name(self) -> str:
        """Its name in addresses and in the audit: kind and key."""
        return f"{self.kind}-{self.key}"


def at_hand(work: Work, household_id: int, reader: Reader, origin: str = "") -> AtHand | None:
    """Return the work on a household that a person has in hand; None if there is none.

    A change of recipient is work on both households; the one that a child goes to stands sealed in
    the request until it is carried out. ``origin`` names the record from
    whose page they came, as ``AtHand.name`` does.
    """
    came_from = _ORIGIN.fullmatch(origin)
    if came_from is not None:
        record, key = Record(came_from[1]), int(came_from[2])
        if is_work_on(work.session, record, key, household_id, reader):
            return AtHand(record.value, key)
    asked = {"home": household_id, "me": reader.staff_id, "now": reader.now}
    row = work.session.execute(_MINE, asked).first()
    if row is not None:
        return AtHand(row[0], row[1])
    for request in work.session.scalars(_MY_MOVES, asked):
        if known_recipient(work.vault, request) == household_id:
            return AtHand("request", request.id)
    return None
