"""Seals events: links them into the chain behind each other, once each, and signs heads of it.

One process seals at a time (a lock of the transaction); ``audit_seal`` itself refuses a fork.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.chain import Link, StoredEvent, next_link
from portal.domain.foundation.audit.heads import Head, HeadKind, Signer
from portal.domain.foundation.audit.models import AuditEvent, AuditHead, AuditSeal
from portal.domain.foundation.base import insert_together, table_of
from portal.domain.foundation.work import Work, WorkSource

AT_ONCE = 2_000
SIGN_AFTER, SIGN_AT_LEAST = 1_000, timedelta(minutes=10)
"""A head is signed after so many events, or this time after the last if there was any."""
LOCK = 7303
RECENT = 5_000
"""So many events before the newest sealed one are looked at for one that came late."""
_E, _S, _H = (table_of(kind) for kind in (AuditEvent, AuditSeal, AuditHead))
_IS_SEALED = select(_S.c.seq).where(_S.c.event_id == _E.c.id).exists()
_UNSEALED = (
    select(_E)
    .where(_E.c.id > bindparam("after"), ~_IS_SEALED)
    .order_by(_E.c.id)
    .limit(bindparam("most"))
)
_END = select(_S.c.seq, _S.c.hash).order_by(_S.c.seq.desc()).limit(1)
_AT = select(_S.c.hash).where(_S.c.seq == bindparam("seq"))
_LAST_HEAD = select(_H.c.seq, _H.c.at).order_by(_H.c.id.desc()).limit(1)
_HORIZON = {
    "postgresql": text(
        "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,"
        " (SELECT coalesce(max(id), 0) FROM audit_event) FROM pg_current_snapshot() s"
    ),
    # one writer at a time: what a reading transaction sees is all there is up to its newest event
    "sqlite": text("SELECT 0, 0, coalesce(max(id), 0) FROM audit_event"),
}


class ChainChangedError(RuntimeError):
    """The chain in the database does not go on from the end that this process has seen."""

    def __init__(self, seen: Link, found: Link) -> None:
        super().__init__(f"sealed up to {seen.seq}, found {found.seq}")
        self.seen = seen


class _Horizon(Struct, frozen=True):
    """Transactions of PostgreSQL at an instant: the oldest open, the next, the newest event."""

    oldest: int
    following: int
    top: int


@dataclass
class Sealer:
    """Seals what nobody has sealed, batch by batch, and remembers how far everything is.

    Attributes:
        source: Opens its transactions.
        signer: The key that signs heads; None where this machine has none.
        end: The end of the chain as this process has seen it last.
    """

    source: WorkSource
    signer: Signer | None = None
    end: Link = field(default_factory=Link)
    _done: int = 0
    _open: deque[_Horizon] = field(default_factory=deque)

    def step(self) -> int:
        """Seal what waits, at most ``AT_ONCE`` events; return how many.

        Raises:
            ChainChangedError: what was sealed is gone or another. The next step goes on behind what
                is there, because events must not stay without a seal.
        """
        with self.source.reading() as work:
            horizon = _horizon(work.session)  # before the look: what ended before is seen by it
            if not unsealed(work.session, self._done, 1):
                self._compare(work.session)
                self._advance(horizon)
                return 0
        with self.source.writing() as work:
            if not _alone(work.session):
                return 0  # another process seals
            end = self._compare(work.session)
            events = unsealed(work.session, self._done, AT_ONCE)
            self.end = end = seal_events(work, end, events)
        return len(events)

    def start_over(self) -> None:
        """Look through all events at the next step, and not only through the newest."""
        self._done = 0
        self._open.clear()

    def sign(self, *, at_once: bool = False) -> Head | None:
        """Sign the end of the chain if that is due; return the head, None if it is not."""
        signer = self.signer
        if signer is None:
            return None
        with self.source.reading() as work:
            if not (at_once or _is_due(work.session, work.now)):
                return None
        with self.source.writing() as work:
            if not _alone(work.session):
                return None
            head = signer.sign(HeadKind.USUAL, end_of(work.session), work.now)
            keep_head(work.session, head)
        return head

    def _compare(self, session: Session) -> Link:
        """Return the end of the chain.

        Raises:
            ChainChangedError: it does not go on from the end that was seen last.
        """
        seen, end = self.end, end_of(session)
        if seen.seq and end != seen and session.scalar(_AT, {"seq": seen.seq}) != seen.hash:
            self.end = end
            self.start_over()
            raise ChainChangedError(seen, end)
        self.end = end
        return end

    def _advance(self, now: _Horizon) -> None:
        """Raise the number below which nothing can come any more.

        PostgreSQL gives an event its number when it is written, and shows it when its transaction
        ends, which may be minutes later than those of higher numbers.
        """
        while self._open and self._open[0].following <= now.oldest:
            self._done = max(self._done, self._open.popleft().top)
        if not self._open or self._open[-1].top < now.top:
            self._open.append(now)


def seal_events(work: Work, end: Link, events: Sequence[StoredEvent]) -> Link:
    """Seal events behind the end of the chain, under the lock; return its new end."""
    rows: list[dict[str, object]] = []
    for event in events:
        link = next_link(end, work.now, event)
        rows.append(
            {
                "seq": link.seq,
                "event_id": event.id,
                "at": work.now,
                "previous": end.hash,
                "hash": link.hash,
            }
        )
        end = link
    if rows:
        insert_together(work.session, AuditSeal, rows)
    return end


def unsealed(session: Session, after: int, most: int) -> Sequence[StoredEvent]:
    """Return events above a number that have no seal, oldest first."""
    found = session.execute(_UNSEALED, {"after": after, "most": most}).all()
    return cast("Sequence[StoredEvent]", found)


def end_of(session: Session) -> Link:
    """Return the end of the chain."""
    found = session.execute(_END).one_or_none()
    return Link() if found is None else Link(found.seq, bytes(found.hash))


def keep_head(session: Session, head: Head) -> None:
    """Store a signed head."""
    session.add(
        AuditHead(
            kind=head.kind.value,
            seq=head.link.seq,
            hash=head.link.hash,
            at=head.at,
            signer=head.signer,
            signature=head.signature,
        )
    )
    session.flush()


def declare_restored(work: Work, signer: Signer) -> Head:
    """Say that the chain goes on from its end as a backup or a standby had it.

    Heads of what came after it then count as lost, which is told at each check, and not as cut off.
    """
    head = signer.sign(HeadKind.RESTORED, end_of(work.session), work.now)
    keep_head(work.session, head)
    return head


def oldest_unsealed(session: Session) -> datetime | None:
    """Return the instant (UTC) of the oldest event that waits for its seal; None if none waits.

    An event whose transaction began more than ``RECENT`` events ago is found by the sealer alone.
    """
    newest = session.scalar(select(func.max(_S.c.event_id))) or 0
    found = unsealed(session, newest - RECENT, 1)
    return found[0].at if found else None


def _horizon(session: Session) -> _Horizon:
    return _Horizon(*session.execute(_HORIZON[session.get_bind().dialect.name]).one())


def _is_due(session: Session, now: datetime) -> bool:
    end, last = end_of(session), session.execute(_LAST_HEAD).one_or_none()
    if last is None:
        return end.seq > 0
    behind = end.seq - last.seq
    long_ago: bool = now - last.at >= SIGN_AT_LEAST
    return behind >= SIGN_AFTER or (behind > 0 and long_ago)


def _alone(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True  # a writing transaction is alone by itself
    return bool(session.scalar(text(f"SELECT pg_try_advisory_xact_lock({LOCK})")))
