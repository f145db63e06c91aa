"""Changes to a request since a reviewer opened it: facts that differ, and events."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.timeline import STAFF, TimelineEntry
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.requests.models import Request

PARTS = 5
MOST = 20
SILENT = frozenset({"request.claimed", "request.released"})


class Shown(Struct, frozen=True):
    """What a page showed of a request, small enough for a hidden field; nothing personal."""

    state: str
    children: int
    amount_yen: int
    channel: str
    last_event: int

    def written(self) -> str:
        """Return it as one line, for a hidden field."""
        return f"{self.state}|{self.children}|{self.amount_yen}|{self.channel}|{self.last_event}"

    @classmethod
    def read(cls, line: str) -> "Shown | None":
        """Parse such a line; None for a line that no page of ours wrote."""
        parts = line.split("|")
        if len(parts) != PARTS or not all(
            p.isascii() and p.isdigit() and len(p) < 16 for p in (*parts[1:3], parts[4])
        ):
            return None
        return cls(parts[0], int(parts[1]), int(parts[2]), parts[3], int(parts[4]))


class Changes(Struct, frozen=True):
    """A request as the page showed it, and the events since then, oldest first."""

    before: Shown
    timeline: Sequence[TimelineEntry]


def shown_now(session: Session, row: Request) -> Shown:
    """Return what a page shows of a request now."""
    last = session.scalar(select(func.max(AuditEvent.id))) or 0
    return Shown(row.state, row.children, row.amount_yen, row.channel, last)


def changes_since(session: Session, row: Request, before: Shown) -> Changes:
    """Return the events of a request since a page showed it.

    Its own events, those of its parts, and approvals.
    """
    own = and_(AuditEvent.subject == "request", AuditEvent.subject_id == row.id)
    of_household = AuditEvent.household_id == row.household_id
    events = session.execute(
        select(AuditEvent, StaffUser.display_name)
        .outerjoin(
            StaffUser, and_(StaffUser.id == AuditEvent.actor_id, AuditEvent.actor_role.in_(STAFF))
        )
        .where(
            AuditEvent.id > before.last_event, or_(own, of_household) if row.household_id else own
        )
        .order_by(AuditEvent.id)
    ).all()
    # a step of each child in the same moment is one thing to read
    timeline = {
        (event.at, event.action, event.actor_id): TimelineEntry(
            event.at, event.action, event.actor_role, who or "", event.detail
        )
        for event, who in events
        if _of_request(event, row)
    }
    return Changes(before, list(timeline.values())[:MOST])


def _of_request(event: AuditEvent, row: Request) -> bool:
    if event.action in SILENT:
        return False
    if event.subject == "request":
        return event.subject_id == row.id
    return event.detail.get("request") == row.id or event.subject == "approval"
