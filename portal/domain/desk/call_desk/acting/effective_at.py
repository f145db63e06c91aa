"""The instant at which a request counts as received.

That is now, or earlier if it came by FAX or was written down on paper while the system was down.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes.models import FaxCase


def effective_at(session: Session, call: Call, now: datetime) -> datetime:
    """Return the instant (UTC) at which a request in a call counts as received, at most ``now``.

    For a FAX it is the time in its header (clause 6(6)), for a call written down that on its sheet.
    """
    if call.written_down:
        return min(call.started_at, now)
    if call.fax_case_id is not None:
        found = session.scalar(select(FaxCase.received_at).where(FaxCase.id == call.fax_case_id))
    else:
        found = session.scalar(
            select(Call.started_at).where(Call.id == call.sheet_id, Call.written_down.is_(True))
        )
    return min(found, now) if found is not None else now
