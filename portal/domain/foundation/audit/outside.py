"""How far the signed heads have reached the ward's file, for those who cannot look into it.

Without heads outside the database, a chain that was cut off or computed anew cannot be told from a
true one. The file itself is compared by ``portal audit verify`` and the self-check.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.heads import Head
from portal.domain.foundation.audit.models import AuditOutside
from portal.domain.foundation.work import Work

LATE = timedelta(minutes=15)
"""A head that is signed reaches the ward's file within seconds; the folder may be away for this."""


def note_outside(work: Work, head: Head) -> None:
    """Note that a head, and all before it, is in the ward's file."""
    row = work.session.get(AuditOutside, 1)
    if row is None:
        work.session.add(AuditOutside(id=1, seq=head.link.seq, at=head.at))
    else:
        row.seq, row.at = head.link.seq, head.at


def is_outside(session: Session, last: Head) -> bool:
    """Tell whether the newest head in the database, or one shortly before it, is outside too."""
    row = session.get(AuditOutside, 1)
    return row is not None and last.at - row.at <= LATE
