"""Opening a household in a call: logged and counted.

A protected one appears not to exist, and the supervisor is informed.
"""

from sqlalchemy import select

from portal.domain.contacts.calls.gate import opened_in
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.casework.access import Missing, note_missing, visible
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.households.models import Household

OPEN_HOUR = throttles.Limit("t10o", 60, 3600)
"""T10 of ``security.md`` §2, A11: more households opened in an hour is browsing."""
CALL = "call"


def open_in_call(
    work: Work, call: Call, household_id: int
) -> tuple[Household, CallHousehold] | None:
    """Return a household and its record in a call, opening it if needed; None if not visible.

    None stands for an unknown key and for a protected household alike; asking for either is logged.
    """
    household = visible(work.session, household_id, include_protected=False)
    if isinstance(household, Missing):
        note_missing(work, household, call_id=call.id)
        return None
    known = work.session.scalar(
        select(CallHousehold).where(
            CallHousehold.call_id == call.id, CallHousehold.household_id == household_id
        )
    )
    if known is not None:
        return household, known
    place = opened_in(work, call, household_id)
    record(
        work,
        "household.opened",
        "household",
        household_id,
        household_id=household_id,
        reason=CALL,
        call=call.id,
    )
    if not throttles.count_try(work.session, OPEN_HOUR.of(str(work.actor.id)), work.now).allowed:
        record(
            work, "staff.unusual_browsing", "staff_user", work.actor.id, what="open", call=call.id
        )
    return household, place
