"""Opening a household in a call: logged and counted; a protected one is not there, and the supervisor is told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.gate import opened_in
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.casework.access import note_protected_asked
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.people.authn import throttles
from portal.domain.people.households.models import Household

OPEN_HOUR = throttles.Limit("t10o", 60, 3600)
"""T10 of ``security.md`` §2, A11: who opens more households in an hour is browsing."""
CALL = "call"


def open_in_call(
    session: Session, call: Call, household_id: int, actor: Actor, now: datetime
) -> tuple[Household, CallHousehold] | None:
    """Return a household and its place in a call, opening it there at first; None where callers know of none.

    None stands for a key that nothing has and for a protected household alike; that one was asked for is logged.
    """
    household = session.get(Household, household_id)
    if household is None:
        return None
    if household.protected:
        note_protected_asked(session, household.id, actor, now, call_id=call.id)
        return None
    known = session.scalar(
        select(CallHousehold).where(
            CallHousehold.call_id == call.id, CallHousehold.household_id == household_id
        )
    )
    if known is not None:
        return household, known
    place = opened_in(session, call, household_id, now)
    record(
        session,
        actor,
        now,
        "household.opened",
        "household",
        household_id,
        household_id=household_id,
        reason=CALL,
        call=call.id,
    )
    if not throttles.take(session, OPEN_HOUR, str(actor.id), now).allowed:
        record(
            session,
            actor,
            now,
            "staff.unusual_browsing",
            "staff_user",
            actor.id,
            what="open",
            call=call.id,
        )
    return household, place
