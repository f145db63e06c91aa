"""Whether it is known which households are protected; before that nothing is assigned or printed.

``domain.md`` §2.6: from a column of the extract, a separate list, or the ward's dated "none"
confirmed by two people.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work

LOADED = "protection.loaded"
NAMED = "household.protected"
"""One household was named as protected, for the first time or again."""


class ProtectionSource(StrEnum):
    """From where it became known which households are protected."""

    EXTRACT = "extract"
    LIST = "list"
    NONE_CONFIRMED = "none_confirmed"
    """The ward's dated "none", confirmed by two people."""


class Protection(Struct, frozen=True):
    """The last source of protection, when it was loaded (UTC), and the key of its origin."""

    source: ProtectionSource
    at: datetime
    subject_id: int | None

    @property
    def is_from_extract(self) -> bool:
        """Whether a column of the extract names the protected households."""
        return self.source is ProtectionSource.EXTRACT

    @property
    def is_from_list(self) -> bool:
        """Whether a separate list of the ward names them."""
        return self.source is ProtectionSource.LIST


def record_protection(
    work: Work, source: ProtectionSource, *, subject_id: int | None = None
) -> None:
    """Record that it is known which households are protected.

    ``subject_id`` is the key of its import or approval.
    """
    record(work, LOADED, "protection", subject_id, source=source)


def record_named(work: Work, household_id: int, source: ProtectionSource) -> None:
    """Record that the ward named one household as protected, for the first time or again."""
    record(work, NAMED, "household", household_id, household_id=household_id, source=source)


def named_since(session: Session, household_id: int, instant: datetime) -> bool:
    """Return whether the ward named a household as protected after an instant (UTC).

    What was proposed at that instant about a household is outdated by it.
    """
    query = select(AuditEvent.id).where(
        AuditEvent.household_id == household_id,
        AuditEvent.action == NAMED,
        AuditEvent.at > instant,
    )
    return session.scalar(query.limit(1)) is not None


def protection_loaded(session: Session) -> bool:
    """Return whether protection is known from any source."""
    query = select(AuditEvent.id).where(
        AuditEvent.subject == "protection", AuditEvent.action == LOADED
    )
    return session.scalar(query.limit(1)) is not None


def protection_state(session: Session) -> Protection | None:
    """Return the last source of protection; None before anybody said who is protected."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.subject == "protection", AuditEvent.action == LOADED)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    event = session.scalar(query)
    return (
        Protection(ProtectionSource(event.detail["source"]), event.at, event.subject_id)
        if event is not None
        else None
    )
