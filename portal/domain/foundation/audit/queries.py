"""Reads about the chain: its end, its heads, what waits for its seal."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.chain import START, Link
from portal.domain.foundation.audit.heads import Head, head_of
from portal.domain.foundation.audit.models import AuditHead, AuditSeal
from portal.domain.foundation.audit.sealing import end_of, oldest_unsealed
from portal.domain.foundation.audit.verifying import SEALED_WITHIN


class ChainStatus(Struct, frozen=True):
    """How the chain stands.

    Attributes:
        end: Its newest link.
        last_head: The newest signed head; None before the first.
        waiting_for: How long the oldest event without a seal has waited; zero if none waits.
    """

    end: Link
    last_head: Head | None
    waiting_for: timedelta

    @property
    def is_late(self) -> bool:
        """Whether an event has waited longer for its seal than it may."""
        return self.waiting_for > SEALED_WITHIN


def chain_status(session: Session, now: datetime) -> ChainStatus:
    """Return how the chain stands."""
    oldest = oldest_unsealed(session)
    waiting_for = max(now - oldest, timedelta()) if oldest is not None else timedelta()
    return ChainStatus(end_of(session), last_head(session), waiting_for)


def last_head(session: Session) -> Head | None:
    """Return the newest signed head."""
    row = session.scalar(select(AuditHead).order_by(AuditHead.id.desc()).limit(1))
    return head_of(row) if row is not None else None


def heads_after(session: Session, known: int) -> list[tuple[int, Head]]:
    """Return heads with a higher key than a known one, oldest first, with their keys."""
    rows = session.scalars(select(AuditHead).where(AuditHead.id > known).order_by(AuditHead.id))
    return [(row.id, head_of(row)) for row in rows]


def hash_at(session: Session, seq: int) -> bytes | None:
    """Return the hash of the chain at a number; None where it has none."""
    if seq == 0:
        return START
    found = session.scalar(select(AuditSeal.hash).where(AuditSeal.seq == seq))
    return bytes(found) if found is not None else None
