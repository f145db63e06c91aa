"""Since when an account is shut, and for what: read from the events of its last steps."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState, Door

REPORTS = ("door.report_letter", "door.report_phone")
_STOPS = {
    CredentialState.LOCKED: "credential.lock",
    CredentialState.SUSPENDED: "credential.suspend",
}


class Since(Struct, frozen=True):
    """The step that shut an account: its instant (UTC), and the reason that its event names."""

    at: datetime
    reason: str = ""


def door_shut_since(session: Session, credential: Credential) -> Since | None:
    """Return the first report since the door was last open; None if it is open."""
    if credential.door == Door.OPEN:
        return None
    lifted = (
        select(func.coalesce(func.max(AuditEvent.id), 0))
        .where(*_of(credential, ("door.lift",)))
        .scalar_subquery()
    )
    at = session.scalar(
        select(AuditEvent.at)
        .where(*_of(credential, REPORTS), AuditEvent.id > lifted)
        .order_by(AuditEvent.id)
        .limit(1)
    )
    return Since(at) if at is not None else None


def stopped_since(session: Session, credential: Credential) -> Since | None:
    """Return the step that locked or suspended an account; None if it is neither."""
    action = _STOPS.get(CredentialState(credential.state))
    if action is None:
        return None
    row = session.execute(
        select(AuditEvent.at, AuditEvent.detail)
        .where(*_of(credential, (action,)))
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return Since(row.at, str(row.detail.get("reason", ""))) if row is not None else None


def _of(credential: Credential, actions: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        AuditEvent.subject == "credential",
        AuditEvent.subject_id == credential.id,
        AuditEvent.action.in_(actions),
    )
