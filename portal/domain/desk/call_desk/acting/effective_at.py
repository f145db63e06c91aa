"""When a request counts as received.

Now, or earlier if it came by FAX or was written down on paper while the system was down.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.later_entry import SUBJECT as SHEET
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.contacts.faxes.visibility import case_id_of


def asked_at(session: Session, call: Call, now: datetime) -> datetime:
    """Return the instant (UTC) at which a request in a call counts as received, at most ``now``.

    For a FAX it is the time in its header (clause 6(6)), for a call written down that on its sheet.
    """
    if call.written_down:
        return min(call.started_at, now)
    if (fax := case_id_of(call.subject)) is not None:
        found = session.scalar(select(FaxCase.received_at).where(FaxCase.id == fax))
    else:
        sheet = _sheet_of(call.subject or "")
        found = session.scalar(
            select(Call.started_at).where(Call.id == sheet, Call.written_down.is_(True))
        )
    return min(found, now) if found is not None else now


def _sheet_of(subject: str) -> int | None:
    digits = subject.removeprefix(SHEET)
    return int(digits) if subject.startswith(SHEET) and digits.isdecimal() else None
