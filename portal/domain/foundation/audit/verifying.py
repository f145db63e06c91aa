"""Checks the chain: every event against its seal, every seal against the one before, every head.

What a database's administrator can do is told from what only happened: an event that was changed
or taken away, a seal that was, a chain that was cut off or computed anew (shown by heads that were
signed before, most of all by those that the ward keeps outside), an event that was put in later
under an earlier time (shown by seals of before: who sealed then would have seen it).
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.chain import Link, next_link
from portal.domain.foundation.audit.heads import Head, HeadKind, Kept, head_of, is_signed
from portal.domain.foundation.audit.models import AuditEvent, AuditHead, AuditSeal
from portal.domain.foundation.base import table_of
from portal.domain.foundation.texts import Labeled, _s

AT_ONCE = 5_000
MOST_FAULTS = 100
SEALED_WITHIN = timedelta(seconds=5)
_NEVER = datetime.min.replace(tzinfo=UTC)
OUT_OF_TIME = timedelta(hours=1)
"""An event has the time at which its transaction began; none runs as long as this."""
ONE_GO = timedelta(minutes=10)
"""What waited for a worker, or for an upgrade, is sealed within this."""
_E, _S, _H = (table_of(kind) for kind in (AuditEvent, AuditSeal, AuditHead))
_LINKS = (
    select(
        _S.c.seq,
        _S.c.event_id,
        _S.c.at.label("sealed_at"),
        _S.c.previous,
        _S.c.hash,
        *(column for column in _E.c if column.name != "sealed"),
        _E.c.sealed,
    )
    .select_from(_S)
    .outerjoin(_E, _E.c.id == _S.c.event_id)
    .where(_S.c.seq > bindparam("after"))
    .order_by(_S.c.seq)
    .limit(AT_ONCE)
)


class FaultKind(Labeled):
    """What is wrong with the chain."""

    EVENT_CHANGED = "event_changed", lambda: _s("記録が、封印の後で書き換えられています")
    EVENT_GONE = "event_gone", lambda: _s("封印した記録が消されています")
    OUT_OF_TIME = (
        "out_of_time",
        lambda: _s(
            "記録の時刻が、封印された時刻と合いません。後から入れたか、機械の時計が動いています"
        ),
    )
    SEAL_GONE = "seal_gone", lambda: _s("封印の番号が抜けています")
    SEAL_CHANGED = "seal_changed", lambda: _s("封印が、前の封印とつながりません")
    HEAD_FORGED = "head_forged", lambda: _s("控えの署名が正しくありません")
    CUT_OFF = "cut_off", lambda: _s("控えより後ろの記録が切り取られています")
    COMPUTED_ANEW = "computed_anew", lambda: _s("控えと違います。鎖が作り直されています")
    UNREADABLE = "unreadable", lambda: _s("外の控えに、読めない行があります")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: at which number of the chain (of the file for ``UNREADABLE``)."""

    kind: FaultKind
    seq: int
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Events that a restored backup did not have, said by a signed line of the outside file."""

    after: int
    up_to: int
    at: datetime


@dataclass
class Verdict:
    """What was found.

    Attributes:
        end: The end of the chain.
        events: How many events are sealed and as they were.
        waiting: How many events have no seal; ``late`` of them for longer than five seconds.
        heads: How many signed heads in the database fit; ``outside`` of them outside, None if that
            file was not asked for.
        lost: What was lost by restored backups.
        faults: The first hundred faults; ``found`` counts all.
        signed: Heads whose signature is right.
    """

    end: Link = field(default_factory=Link)
    events: int = 0
    waiting: int = 0
    late: int = 0
    heads: int = 0
    outside: int | None = None
    lost: list[Lost] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0
    signed: set[Head] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, taken away or computed anew."""
        return not self.found

    def add(self, kind: FaultKind, seq: int, event_id: int | None = None) -> None:
        """Note a fault."""
        self.found += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(kind, seq, event_id))


def verify(
    session: Session,
    now: datetime,
    keys: Mapping[str, bytes],
    outside: Kept | None = None,
    printed: Sequence[Link] = (),
) -> Verdict:
    """Check the whole chain against itself, its signed heads and those outside.

    Args:
        session: A transaction that only reads.
        now: The instant (UTC).
        keys: The public keys whose signatures count, by their names.
        outside: The heads that the ward keeps.
        printed: Ends of the chain as monthly reports print them, without a signature.
    """
    verdict = Verdict()
    heads = _stored_heads(session, verdict)
    wanted = {head.link.seq for head in (*heads, *(outside.heads if outside else ()))}
    hashes = _check_links(session, verdict, wanted | {link.seq for link in printed})
    for link in printed:
        _compare(verdict, link, hashes)
    verdict.heads = _check_heads(verdict, heads, keys, hashes)
    if outside is not None:
        for number in outside.unreadable:
            verdict.add(FaultKind.UNREADABLE, number)
        verdict.outside = _check_heads(verdict, outside.heads, keys, hashes)
    _count_waiting(session, verdict, now)
    return verdict


def _stored_heads(session: Session, verdict: Verdict) -> list[Head]:
    heads = []
    for row in session.scalars(select(AuditHead).order_by(AuditHead.id)):
        try:
            heads.append(head_of(row))
        except ValueError:
            verdict.add(FaultKind.HEAD_FORGED, row.seq)
    return heads


def _check_links(session: Session, verdict: Verdict, wanted: set[int]) -> dict[int, bytes]:
    """Check every seal; return the stored hashes at the wanted numbers."""
    hashes: dict[int, bytes] = {0: verdict.end.hash}
    before, times = Link(), _Times()
    for row in _links(session):
        if row.seq != before.seq + 1:
            verdict.add(FaultKind.SEAL_GONE, before.seq + 1)
        elif bytes(row.previous) != before.hash:
            verdict.add(FaultKind.SEAL_CHANGED, row.seq, row.event_id)
        behind = Link(row.seq - 1, bytes(row.previous))
        if row.id is None:
            verdict.add(FaultKind.EVENT_GONE, row.seq, row.event_id)
        elif next_link(behind, row.sealed_at, row).hash != bytes(row.hash):
            verdict.add(FaultKind.EVENT_CHANGED, row.seq, row.event_id)
        else:
            verdict.events += 1
            if times.has_missed(row.at, row.sealed_at):
                verdict.add(FaultKind.OUT_OF_TIME, row.seq, row.event_id)
        before = Link(row.seq, bytes(row.hash))
        if row.seq in wanted:
            hashes[row.seq] = before.hash
    verdict.end = before
    return hashes


@dataclass
class _Times:
    """The instants (UTC) at which earlier events were sealed: those of this go wait."""

    waiting: deque[datetime] = field(default_factory=deque)
    before: datetime = _NEVER

    def has_missed(self, at: datetime, sealed_at: datetime) -> bool:
        """Tell whether a sealer was at work long after an event's time, and did not see it.

        Or whether the event says to be newer than its own seal.
        """
        while self.waiting and self.waiting[0] <= sealed_at - ONE_GO:
            self.before = self.waiting.popleft()
        if not self.waiting or self.waiting[-1] != sealed_at:
            self.waiting.append(sealed_at)
        return at + OUT_OF_TIME <= self.before or at > sealed_at + OUT_OF_TIME


def _links(session: Session) -> Iterator[Any]:
    after = 0
    while rows := session.execute(_LINKS, {"after": after}).all():
        yield from rows
        after = rows[-1].seq


def _check_heads(
    verdict: Verdict, heads: Sequence[Head], keys: Mapping[str, bytes], hashes: Mapping[int, bytes]
) -> int:
    """Check heads in their order; return how many fit."""
    live: list[Head] = []
    for head in heads:
        if not _is_signed(verdict, head, keys):
            verdict.add(FaultKind.HEAD_FORGED, head.link.seq)
            continue
        if head.kind is HeadKind.RESTORED:
            live = _without_lost(verdict, live, head)
        live.append(head)
    return sum(_compare(verdict, head.link, hashes) for head in live)


def _compare(verdict: Verdict, known: Link, hashes: Mapping[int, bytes]) -> bool:
    """Tell whether the chain still runs through a link that was known before."""
    if known.seq > verdict.end.seq:
        verdict.add(FaultKind.CUT_OFF, known.seq)
        return False
    if hashes.get(known.seq) != known.hash:
        verdict.add(FaultKind.COMPUTED_ANEW, known.seq)
        return False
    return True


def _is_signed(verdict: Verdict, head: Head, keys: Mapping[str, bytes]) -> bool:
    # nearly every head outside is also in the database, and a signature takes a tenth of a
    # millisecond
    if head not in verdict.signed and is_signed(head, keys):
        verdict.signed.add(head)
    return head in verdict.signed


def _without_lost(verdict: Verdict, live: list[Head], restored: Head) -> list[Head]:
    after = restored.link.seq
    up_to = max((head.link.seq for head in live), default=0)
    lost = Lost(after, up_to, restored.at)
    if up_to > after and lost not in verdict.lost:
        verdict.lost.append(lost)
    return [head for head in live if head.link.seq <= after]


def _count_waiting(session: Session, verdict: Verdict, now: datetime) -> None:
    is_sealed = select(_S.c.seq).where(_S.c.event_id == _E.c.id).exists()
    count = select(func.count()).select_from(_E).where(~is_sealed)
    verdict.waiting = session.scalar(count) or 0
    verdict.late = session.scalar(count.where(_E.c.at < now - SEALED_WITHIN)) or 0
