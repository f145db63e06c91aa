"""What was done in a call, as far as its agent may know it: the ground of what is written up.

Of a household that is protected now nothing is left of it, as if it had not been found.
"""

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.kinds import CallLanguage, Relation
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call, VerificationAttempt
from portal.domain.contacts.calls.queries import households_of
from portal.domain.contacts.escalations.call_backs import task_of
from portal.domain.contacts.escalations.follow_ups import FollowUp, open_follow_ups
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.receipts import acts_of_call
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.states import TASK


class DoneInCall(Struct, frozen=True):
    """The facts of a call.

    ``verified_as`` is what the other person was verified as, None if nobody was;
    ``not_verified``: only wrong answers were given. ``acts`` are in their order, the same one once.
    ``asked_enrolled``: a call to the enrolled number was requested, ``reached_enrolled``: somebody
    answered it. ``calls_back``: the call was made for a call-back, ``still_to_call``: which is not
    finished.
    """

    language: CallLanguage
    opened: bool
    verified_as: Relation | None
    not_verified: bool
    acts: tuple[Act, ...]
    asked_enrolled: bool
    reached_enrolled: bool
    calls_back: bool
    still_to_call: bool
    call_backs: tuple[FollowUp, ...]
    questions: tuple[FollowUp, ...]


def done_in(session: Session, call: Call) -> DoneInCall:
    """Return what was done in a call so far."""
    places = households_of(session, call.id)
    known = max(places, key=lambda place: place.level, default=None)
    verified = known is not None and known.level > Level.NONE
    follow_ups = open_follow_ups(session, call_id=call.id, household_id=None)
    task = task_of(session, call)
    return DoneInCall(
        language=CallLanguage(call.language),
        opened=bool(places),
        verified_as=Relation.known(known.relation) if known is not None and verified else None,
        not_verified=not verified and _was_refused(session, call.id),
        acts=tuple(dict.fromkeys(Act(row.act) for row in acts_of_call(session, call.id))),
        asked_enrolled=any(place.call_back_asked_at is not None for place in places),
        reached_enrolled=any(place.called_back for place in places),
        calls_back=task is not None,
        still_to_call=task is not None and task.state == TASK.initial,
        call_backs=tuple(one for one in follow_ups if not one.question),
        questions=tuple(one for one in follow_ups if one.question),
    )


def _was_refused(session: Session, call_id: int) -> bool:
    """Return whether wrong answers were given for a household that is not protected now."""
    refused = (
        select(VerificationAttempt.id)
        .join(Household, Household.id == VerificationAttempt.household_id)
        .where(
            VerificationAttempt.call_id == call_id,
            VerificationAttempt.passed.is_(False),
            Household.protected.is_(False),
        )
    )
    return session.scalar(refused.limit(1)) is not None
