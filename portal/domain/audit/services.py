"""Writing audit events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.models import AuditEvent, IdempotencyKey
from portal.domain.base import Base

# put together once, on the plain tables: nearly every form that is sent comes by here
_FORMS = Base.metadata.tables[IdempotencyKey.__tablename__]
_EVENTS = insert(Base.metadata.tables[AuditEvent.__tablename__])
_CLAIM = {
    dialect: insert_(_FORMS).on_conflict_do_nothing().returning(_FORMS.c.key)
    for dialect, insert_ in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
}
_KEEP = update(_FORMS).where(_FORMS.c.key == bindparam("form")).values(result=bindparam("answer"))


def record(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str,
    subject_id: int | None = None,
    *,
    household_id: int | None = None,
    sealed: bytes | None = None,
    **detail: Any,
) -> AuditEvent:
    """Add an event to the running transaction. ``detail`` must not hold names, addresses, secrets or codes."""
    event = AuditEvent(
        at=now, actor_role=actor.role.value, actor_id=actor.id, channel=actor.channel.value, action=action,
        subject=subject, subject_id=subject_id, household_id=household_id, detail=detail, sealed=sealed,
    )  # fmt: skip
    session.add(event)
    return event


def record_many(
    session: Session,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str,
    subjects: Iterable[tuple[int, int | None]],
    **detail: Any,
) -> None:
    """Add the same event for many subjects at once; each is (subject id, household id). ``detail``: as ``record``."""
    rows: list[dict[str, Any]] = [
        {
            "at": now, "actor_role": actor.role.value, "actor_id": actor.id, "channel": actor.channel.value,
            "action": action, "subject": subject, "subject_id": subject_id, "household_id": household_id, "detail": detail,
        }
        for subject_id, household_id in subjects
    ]  # fmt: skip
    if rows:
        session.execute(_EVENTS, rows)


def first_time(session: Session, key: str, now: datetime) -> bool:
    """Claim a form's key; False when the same form was carried out before (or is being so by another worker)."""
    claimed = session.execute(_CLAIM[session.get_bind().dialect.name], {"key": key, "at": now})
    return bool(claimed.scalar_one_or_none())


def keep_result(session: Session, key: str, result: str) -> None:
    """Keep what the first run answered (a receipt number), for those that come after."""
    session.execute(_KEEP, {"form": key, "answer": result})


def earlier_result(session: Session, key: str) -> str | None:
    """Return what the first run answered."""
    return session.scalar(select(IdempotencyKey.result).where(IdempotencyKey.key == key))


def forget_keys(session: Session, before: datetime) -> None:
    """Remove form keys older than any page that could still be posted."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < before))
