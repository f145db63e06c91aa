"""What a supervisor is told about the desk: that a protected household was asked for, that a record was closed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.domain.actors import Role
from portal.domain.audit.models import AuditEvent
from portal.domain.staff.models import StaffUser

PROTECTED_ASKED = "household.protected_asked"
CLOSED_TO_CALLERS = "household.closed_to_callers"
TOLD = (PROTECTED_ASKED, CLOSED_TO_CALLERS)
PAGE = 20
DESK_ROLES = (Role.AGENT.value, Role.SUPERVISOR.value, Role.OFFICER.value)


@dataclass(frozen=True, slots=True)
class Told:
    """One such thing: when, whose call it was (name and the call's key where there was one); never which household."""

    at: datetime
    action: str
    who: str
    call_id: int | None


def told_to_supervisors(
    session: Session, since: datetime, until: datetime, *, actions: tuple[str, ...] = TOLD, limit: int = PAGE
) -> list[Told]:
    """Return what the desk tells its supervisors of a time, newest first.

    A supervisor may not know which households are protected, so none is named: the ward reads it in its own log.
    """
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.detail, StaffUser.display_name)
        .outerjoin(
            StaffUser, and_(StaffUser.id == AuditEvent.actor_id, AuditEvent.actor_role.in_(DESK_ROLES))
        )
        .where(AuditEvent.at >= since, AuditEvent.at < until, AuditEvent.action.in_(actions))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    return [Told(row.at, row.action, row.display_name or "", row.detail.get("call")) for row in rows]
