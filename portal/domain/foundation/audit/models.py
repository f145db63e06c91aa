"""Tables of audit events, of their seals and signed heads, and of forms already carried out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key

WATCHED = text("action IN ('staff.unusual_browsing', 'household.protected_asked', 'watch.seen')")
"""The few events that ``casework.watch`` reads, word for word as their index has it."""


class AuditEvent(Base):
    """One event.

    ``detail`` holds no personal data; what must be kept of it is in ``sealed``.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject", "subject_id"),
        Index("ix_audit_event_watched", "at", sqlite_where=WATCHED, postgresql_where=WATCHED),
    )

    id: Mapped[int] = primary_key()
    at: Mapped[datetime] = mapped_column(index=True)
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str] = mapped_column(String(12))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    household_id: Mapped[int | None] = mapped_column(BigId, index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditSeal(Base):
    """The link of the chain that seals one event; rows are added and never changed.

    ``seq`` has no gaps and each hash is followed once, so that no fork can be stored. Events are
    sealed after their transaction, since a link within it would let all writers wait for another.
    """

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigId, unique=True)
    at: Mapped[datetime]
    previous: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The chain up to a link, signed; it also stands in a place outside the database.

    ``kind`` tells a usual head from the first one after a restored backup (``heads.HeadKind``).
    """

    __tablename__ = "audit_head"

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(12))
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    signer: Mapped[str] = mapped_column(String(16))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class AuditOutside(Base):
    """How far the ward's file has the signed heads, as the worker last saw it: one row."""

    __tablename__ = "audit_outside"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]


class IdempotencyKey(Base):
    """A form that was carried out.

    Posting it again gets the first answer (``security.md`` A18).
    """

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(200))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("audit_event.id"))
