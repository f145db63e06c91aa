"""Record audit events: collected, written together, and rolled back with their change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, event, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from portal.domain.foundation.audit.models import AuditEvent, IdempotencyKey
from portal.domain.foundation.base import insert_together, locks_rows, table_of
from portal.domain.foundation.work import Work

MOST_PENDING = 1_000
_PENDING, _CLAIMED = "audit_events", "claimed_form"
# built once, on the plain tables: nearly every form that is sent uses it
_FORMS = table_of(IdempotencyKey)
_CLAIM = {
    dialect: insert_(_FORMS).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for dialect, insert_ in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
}
_KEEP = update(_FORMS).where(_FORMS.c.key == bindparam("form")).values(result=bindparam("answer"))


def record(
    work: Work,
    action: str,
    subject: str,
    subject_id: int | None = None,
    *,
    household_id: int | None = None,
    sealed: bytes | None = None,
    **detail: object,
) -> None:
    """Record an event in the running transaction.

    ``detail`` must not hold names, addresses, secrets or codes. An event of a command holds there
    the operating system's user as well (``os_user``).

    Raises:
        RuntimeError: the transaction only reads, so that the event would be lost.
    """
    if work.session.get_bind().get_execution_options().get("read_only"):
        raise RuntimeError("an event in a transaction that only reads")
    if work.actor.os_user:
        detail["os_user"] = work.actor.os_user
    rows = _pending(work.session)
    rows.append(
        {
            "at": work.now,
            "actor_role": work.actor.role.value,
            "actor_id": work.actor.id,
            "channel": work.actor.channel.value,
            "action": action,
            "subject": subject,
            "subject_id": subject_id,
            "household_id": household_id,
            "detail": detail,
            "sealed": sealed,
        }
    )
    if len(rows) >= MOST_PENDING:
        write_pending(work.session)


def record_many(
    work: Work,
    action: str,
    subject: str,
    subjects: Iterable[tuple[int, int | None]],
    **detail: Any,
) -> None:
    """Record the same event for many subjects at once; each is (subject key, household key).

    ``detail`` is as for ``record``.
    """
    for subject_id, household_id in subjects:
        record(work, action, subject, subject_id, household_id=household_id, **detail)


def write_pending(session: Session) -> None:
    """Write the events recorded so far.

    Reading through the session's classes does it by itself; plain tables need this call.
    """
    if rows := session.info.get(_PENDING):
        session.info[_PENDING] = []
        insert_together(session, AuditEvent, rows)


def _pending(session: Session) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = session.info.setdefault(_PENDING, [])
    return rows


@event.listens_for(Session, "do_orm_execute")
def _read(state: ORMExecuteState) -> None:
    # what reads events must find those of its own transaction, as it finds everything else; who
    # locks rows reads no events
    if (
        state.session.info.get(_PENDING)
        and state.is_orm_statement
        and not locks_rows(state.statement)
    ):
        write_pending(state.session)


@event.listens_for(Session, "after_transaction_create")
def _savepoint(session: Session, transaction: SessionTransaction) -> None:
    # before its savepoint begins: one that is rolled back takes only its own events along
    if (
        transaction.nested
        and transaction.parent is not None
        and (rows := session.info.pop(_PENDING, None))
    ):
        insert_together(transaction.parent.connection(None), AuditEvent, rows)


@event.listens_for(Session, "after_soft_rollback")
def _roll_back(session: Session, previous_transaction: SessionTransaction) -> None:  # noqa: ARG001  (SQLAlchemy's signature)
    session.info.pop(_PENDING, None)


@event.listens_for(Session, "before_commit")
def _commit(session: Session) -> None:
    write_pending(session)


def first_time(session: Session, key: str, now: datetime, result: str | None = None) -> bool:
    """Claim a form's key; return False if the same form was carried out before, or is being so now.

    ``result`` is the answer stored from the start (``keep_result``); whoever then answers
    differently stores that instead.
    """
    session.info[_CLAIMED] = key
    values = {"key": key, "at": now, "result": result}
    claimed = session.execute(_CLAIM[session.get_bind().dialect.name], values)
    return cast("CursorResult[Any]", claimed).rowcount == 1


def claimed_key(session: Session) -> str | None:
    """Return the key of the form that this session claimed last; None where it claimed none."""
    key: str | None = session.info.get(_CLAIMED)
    return key


def keep_result(session: Session, key: str, result: str | None) -> None:
    """Store what the first run answered, for later posts of the same form.

    For example a receipt number; None if there is nothing to repeat.
    """
    session.execute(_KEEP, {"form": key, "answer": result})


def earlier_result(session: Session, key: str) -> str | None:
    """Return what the first run answered."""
    return session.scalar(select(IdempotencyKey.result).where(IdempotencyKey.key == key))


def forget_keys(session: Session, before: datetime) -> None:
    """Delete form keys older than any page that could still be posted."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < before))
