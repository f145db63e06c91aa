"""Whether anybody has said yet which households are protected: before that nothing is assigned or printed.

``domain.md`` §2.6: a column of the extract, a separate list, or the ward's dated "none" confirmed by two people.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.models import AuditEvent
from portal.domain.audit.services import record

LOADED = "protection.loaded"
SOURCES = ("extract", "list", "none_confirmed")


def note_protection(
    session: Session, source: str, actor: Actor, now: datetime, *, subject_id: int | None = None
) -> None:
    """Note that protection is known; ``source`` is one of ``SOURCES``, ``subject_id`` its import or approval."""
    if source not in SOURCES:
        raise ValueError("unknown source of protection data")
    record(session, actor, now, LOADED, "protection", subject_id, source=source)


def protection_loaded(session: Session) -> bool:
    """Tell whether protection is known from any source."""
    query = select(AuditEvent.id).where(AuditEvent.subject == "protection", AuditEvent.action == LOADED)
    return session.scalar(query.limit(1)) is not None
