"""The gate to households: agents and supervisors need an active call (``design.md`` §5).

A FAX case or a paper form in work is a call too (``calls.about``). Officers may also open a
household with a reason; that is part of ``casework``.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.calls.states import OPEN
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household

NO_CALL = "no_call"


def require_call(work: Work) -> Call:
    """Return the actor's active call.

    Raises:
        NotAllowedError: there is none (code ``no_call``); the sentence tells how to start one.
    """
    call = current_call(work)
    if call is None:
        raise NotAllowedError(
            _s(
                "世帯を開けるのは、受付の間だけです。上の「受付を始める」を押してから、"
                "もう一度さがしてください。"
            ),
            code=NO_CALL,
        )
    return call


def locked_call(work: Work) -> Call:
    """Return the actor's active call, locked so that it cannot end before this transaction does.

    Raises:
        NotAllowedError: there is none (code ``no_call``).
    """
    call = require_call(work)
    locked = work.session.get(Call, call.id, with_for_update=True, populate_existing=True)
    if locked is None or locked.state not in OPEN:
        return require_call(work)
    return locked


def locked_household(session: Session, household_id: int) -> Household | None:
    """Return a household, locked to the end of the transaction; None if callers may not know of it.

    A protected household and one that does not exist are the same to them.
    """
    household = session.scalar(
        select(Household)
        .where(Household.id == household_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return household if household is not None and not household.protected else None


def opened_in(work: Work, call: Call, household_id: int) -> CallHousehold:
    """Return the record of a household opened in a call; create it at level 0 if there is none."""
    # The call's row makes two pages that open the same household at once wait for each other.
    work.session.execute(select(Call.id).where(Call.id == call.id).with_for_update(key_share=True))
    found = work.session.scalar(
        select(CallHousehold).where(
            CallHousehold.call_id == call.id, CallHousehold.household_id == household_id
        )
    )
    if found is None:
        found = CallHousehold(
            call_id=call.id, household_id=household_id, level=0, matched=[], opened_at=work.now
        )
        work.session.add(found)
        work.session.flush()
    return found
