"""Limits T1–T9 of ``security.md`` §2: counters in the database, one atomic statement each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Executable, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.base import UtcDateTime, table_of
from portal.domain.people.authn.models import ThrottleBucket


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of ``allowed`` tries in a window of ``seconds``.

    With ``growing``, each further try waits 1, 2, 4 … 60 minutes. ``closed_after`` tries in total
    (0: never) close the bucket until staff or a new letter open it.
    """

    name: str
    allowed: int
    seconds: int
    growing: bool = False
    closed_after: int = 0

    def of(self, key: str) -> "Bucket":
        """Return the counter of this limit for one key."""
        return Bucket(self, key)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The counter of one limit for one key: an account, a device, a network, a form."""

    limit: Limit
    key: str

    @property
    def stored_key(self) -> str:
        """The key of the counter's row."""
        return f"{self.limit.name}:{self.key}"


UNKNOWN_DEVICE = Limit("t1", 5, 24 * 3600, growing=True, closed_after=100)
KNOWN_DEVICE = Limit("t2", 10, 15 * 60, closed_after=100)
BACKUP_CODES = Limit("t2b", 10, 15 * 60)
"""Without an end in all: they have 45 bits, and a stranger could use it up for their owner."""
NETWORK = Limit("t3", 60, 15 * 60)
WIDE_NETWORK = Limit("t4", 300, 3600)
SEND_GAP = Limit("t7g", 1, 60)
SEND_HOUR = Limit("t7h", 5, 3600)
SEND_DAY = Limit("t7d", 10, 24 * 3600)
LOST_FORM = Limit("t9", 3, 24 * 3600)
REDELIVERY_FORM = Limit("t9r", 3, 24 * 3600)
FORMS_OF_NETWORK = Limit("t9n", 60, 24 * 3600)
"""A mobile network, a school or a clinic has one address for many families (A22)."""
LOSS_REPORTS = Limit("t15", 3, 30 * 24 * 3600)
LOSS_CODES = Limit("t15c", 3, 24 * 3600)
LOSS_BY_APP = Limit("t15a", 5, 24 * 3600)
FORGED_REPORT = Limit("t12", 30, 15 * 60)
STAFF_ACCOUNT = Limit("s1", 5, 15 * 60, growing=True, closed_after=100)
STAFF_SEARCH = Limit("t10", 200, 24 * 3600)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a try is allowed.

    If not, ``retry_at`` is when the next one will be (None: only staff can help).
    """

    allowed: bool
    retry_at: datetime | None = None


# built once, on the plain table: a search counts in three buckets
_BUCKETS = table_of(ThrottleBucket)


def _counting(dialect: str) -> Executable:
    """Return the statement that counts a try in its bucket and restarts an ended window."""
    insert = pg_insert if dialect == "postgresql" else sqlite_insert
    now, fresh = bindparam("now", type_=UtcDateTime), _BUCKETS.c.window_start <= bindparam("stale")
    return (
        insert(_BUCKETS)
        .values(
            key=bindparam("bucket"),
            window_start=now,
            count=1,
            total=1,
            expires_at=bindparam("first_expiry"),
        )
        .on_conflict_do_update(
            index_elements=[_BUCKETS.c.key],
            set_={
                "count": case((fresh, 1), else_=_BUCKETS.c.count + 1),
                "window_start": case((fresh, now), else_=_BUCKETS.c.window_start),
                "total": _BUCKETS.c.total + 1,
                "expires_at": bindparam("expiry", type_=UtcDateTime),
            },
        )
        .returning(
            _BUCKETS.c.count, _BUCKETS.c.total, _BUCKETS.c.window_start, _BUCKETS.c.blocked_until
        )
    )


_TAKE = {dialect: _counting(dialect) for dialect in ("postgresql", "sqlite")}
_FILLED = select(_BUCKETS.c.key, _BUCKETS.c.count, _BUCKETS.c.window_start).where(
    _BUCKETS.c.key.in_(bindparam("buckets", expanding=True))
)
_BLOCKED = (
    select(_BUCKETS.c.blocked_until).where(_BUCKETS.c.key == bindparam("bucket")).with_for_update()
)


def count_try(session: Session, bucket: Bucket, now: datetime) -> Verdict:
    """Count one try *before* the work is done, and return whether it may be done.

    Two hundred simultaneous tries with a limit of five get five permissions: the update locks the
    row.
    """
    limit, row_key = bucket.limit, bucket.stored_key
    blocked = session.scalar(_BLOCKED, {"bucket": row_key}) if limit.growing else None
    if blocked is not None and blocked > now:
        return Verdict(allowed=False, retry_at=blocked)
    window = timedelta(seconds=limit.seconds)
    kept = timedelta(days=1 if not limit.closed_after else 400)
    count, total, start, blocked = session.execute(
        _TAKE[session.get_bind().dialect.name],
        {
            "bucket": row_key,
            "now": now,
            "stale": now - window,
            "first_expiry": now + window + timedelta(days=1),
            "expiry": now + window + kept,
        },
    ).one()
    if blocked is not None and blocked > now:  # set by another worker between the two statements
        return Verdict(allowed=False, retry_at=blocked)
    if limit.closed_after and total > limit.closed_after:
        return Verdict(allowed=False)
    if count < limit.allowed:
        return Verdict(allowed=True)
    if limit.growing:
        minutes = min(2 ** (count - limit.allowed), 60)
        _block(session, row_key, now + timedelta(minutes=minutes))
        return Verdict(allowed=True)
    if count == limit.allowed:
        return Verdict(allowed=True)
    return Verdict(allowed=False, retry_at=start + window)


def _block(session: Session, row_key: str, until: datetime) -> None:
    session.execute(
        update(ThrottleBucket).where(ThrottleBucket.key == row_key).values(blocked_until=until)
    )


def uncount_try(session: Session, bucket: Bucket) -> None:
    """Uncount a try that turned out right; other tries of the same key stay counted."""
    positive: ColumnElement[int] = func.coalesce(ThrottleBucket.count, 0)
    session.execute(
        update(ThrottleBucket)
        .where(ThrottleBucket.key == bucket.stored_key)
        .values(
            count=case((positive > 0, ThrottleBucket.count - 1), else_=0),
            total=case((ThrottleBucket.total > 0, ThrottleBucket.total - 1), else_=0),
            blocked_until=None,
        )
    )


def clear(session: Session, bucket: Bucket) -> None:
    """Delete the counter of a key, after a new letter or after staff unlocked it."""
    session.execute(delete(ThrottleBucket).where(ThrottleBucket.key == bucket.stored_key))


def blocked_until(session: Session, bucket: Bucket, now: datetime) -> datetime | None:
    """Return until when the key must wait, for a page that explains it."""
    until = session.scalar(
        select(ThrottleBucket.blocked_until).where(ThrottleBucket.key == bucket.stored_key)
    )
    return until if until is not None and until > now else None


def full_until(session: Session, buckets: Iterable[Bucket], now: datetime) -> datetime | None:
    """Return when all limits with a fixed window accept another try; None if they do now.

    Counts nothing.
    """
    limits = {bucket.stored_key: bucket.limit for bucket in buckets}
    rows = session.execute(_FILLED, {"buckets": list(limits)})
    ends = [
        start + timedelta(seconds=limits[key].seconds)
        for key, count, start in rows
        if count >= limits[key].allowed
    ]
    return max((end for end in ends if end > now), default=None)


def is_closed(session: Session, bucket: Bucket) -> bool:
    """Return whether the total of tries closed the key (``closed_after``).

    Only a new letter helps then.
    """
    total = session.scalar(
        select(ThrottleBucket.total).where(ThrottleBucket.key == bucket.stored_key)
    )
    closed_after = bucket.limit.closed_after
    return bool(closed_after) and (total or 0) >= closed_after


def end_wait(session: Session, bucket: Bucket) -> None:
    """End the waiting time of a key after a person was verified; tries stay counted."""
    session.execute(
        update(ThrottleBucket)
        .where(ThrottleBucket.key == bucket.stored_key)
        .values(count=0, blocked_until=None)
    )


def bring(session: Session, before: Bucket, now: Bucket) -> None:
    """Let a counter go on under another key; one that is there already stays as it is."""
    there = select(_BUCKETS.c.key).where(_BUCKETS.c.key == now.stored_key).exists()
    session.execute(
        update(_BUCKETS)
        .where(_BUCKETS.c.key == before.stored_key, ~there)
        .values(key=now.stored_key)
    )


def sweep(session: Session, now: datetime) -> None:
    """Delete counters whose window is over."""
    session.execute(delete(ThrottleBucket).where(ThrottleBucket.expires_at < now))
