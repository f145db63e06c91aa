"""Limits T1–T9 of ``security.md`` §2: counters in the database, counted by one atomic statement."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Executable,
    Integer,
    Row,
    ScalarSelect,
    bindparam,
    case,
    delete,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from portal.domain.foundation.base import UtcDateTime, table_of
from portal.domain.people.authn.models import ThrottleBucket


class Limit(Struct, frozen=True):
    """A limit of ``allowed`` tries in a window of ``seconds``.

    With ``growing``, each further try waits 1, 2, 4 … 60 minutes. ``closed_after`` tries in total
    (0: never) close the bucket until staff or a new letter open it.
    """

    name: str
    allowed: int
    seconds: int
    growing: bool = False
    closed_after: int = 0

    def is_closed_by(self, total: int) -> bool:
        """Return whether so many tries in all close a bucket (``closed_after``)."""
        return bool(self.closed_after) and total >= self.closed_after

    def of(self, key: str) -> "Bucket":
        """Return the counter of this limit for one key."""
        return Bucket(self, key)


class Bucket(Struct, frozen=True):
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
FORGED_EVENT = Limit("t12f", 30, 15 * 60)
STAFF_ACCOUNT = Limit("s1", 5, 15 * 60, growing=True, closed_after=100)
STAFF_SEARCH = Limit("t10", 200, 24 * 3600)


class Verdict(Struct, frozen=True):
    """Whether a try is allowed.

    If not, ``retry_at`` is when the next one will be (None: only staff can help).
    """

    allowed: bool
    retry_at: datetime | None = None


# built once, on the plain table
_BUCKETS = table_of(ThrottleBucket)
TOGETHER = 50
"""So many counters are given back by one statement."""
_NONE = literal_column("0", Integer)


@cache
def _counting(limits: tuple[Limit, ...]) -> Executable:
    """Return the statement that counts a try in a counter of each limit, and restarts old windows.

    A counter that has to wait stays as it is. The values are those of ``_values``. As text, because
    SQLAlchemy compiles an insert of several rows anew at each use.
    """
    places = range(len(limits))
    rows = ", ".join(f"(:bucket_{n}, :now, 1, 1, :expiry_{n})" for n in places)
    waits = "old.blocked_until > :now"
    windows = " ".join(f"WHEN :bucket_{n} THEN :stale_{n}" for n in places)
    ended = f"old.window_start <= CASE excluded.key {windows} END"
    closing = [n for n in places if limits[n].closed_after]
    kept = " ".join(f"WHEN :bucket_{n} THEN :kept_{n}" for n in closing)
    cases = f"CASE excluded.key {kept} ELSE" if closing else "("
    expiry = f"{cases} excluded.expires_at {'END' if closing else ')'}"
    statement = text(
        f"""
        INSERT INTO throttle_bucket AS old (key, window_start, count, total, expires_at)
        VALUES {rows}
        ON CONFLICT (key) DO UPDATE SET
            count = CASE
                WHEN {waits} THEN old.count WHEN {ended} THEN 1
                ELSE old.count + 1
            END,
            window_start = CASE
                WHEN {waits} THEN old.window_start WHEN {ended} THEN :now
                ELSE old.window_start
            END,
            total = CASE WHEN {waits} THEN old.total ELSE old.total + 1 END,
            expires_at = {expiry}
        RETURNING key, count, total, window_start, blocked_until
        """  # noqa: S608  (places of our own)
    )
    instants = [f"{name}_{n}" for name in ("expiry", "stale") for n in places]
    instants += ["now", *(f"kept_{n}" for n in closing)]
    return statement.bindparams(*(bindparam(name, type_=UtcDateTime) for name in instants)).columns(
        window_start=UtcDateTime, blocked_until=UtcDateTime
    )


def _values(buckets: Sequence[Bucket], now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"now": now}
    for place, bucket in enumerate(buckets):
        window = timedelta(seconds=bucket.limit.seconds)
        values[f"bucket_{place}"] = bucket.stored_key
        values[f"stale_{place}"] = now - window
        values[f"expiry_{place}"] = now + window + timedelta(days=1)
        if bucket.limit.closed_after:  # its total counts for longer, once there was a second try
            values[f"kept_{place}"] = now + window + timedelta(days=400)
    return values


@cache
def _uncounting(number: int) -> Executable:
    """Return the statement that takes tries back from so many counters.

    It locks them in the order of their keys, as counting does, so that no two wait for each other.
    """
    key, count, total = _BUCKETS.c.key, _BUCKETS.c.count, _BUCKETS.c.total
    keys = _keys(number)
    times = case(
        *(
            (key == one, bindparam(f"times_{place}", type_=Integer))
            for place, one in enumerate(keys)
        ),
        else_=_NONE,
    )
    held = select(key).where(key.in_(keys)).order_by(key).with_for_update()
    return (
        update(_BUCKETS)
        .where(key.in_(held))
        .values(
            count=case((count > times, count - times), else_=_NONE),
            total=case((total > times, total - times), else_=_NONE),
            blocked_until=null(),
        )
    )


def _keys(number: int) -> list[BindParameter[str]]:
    return [bindparam(f"bucket_{place}", type_=_BUCKETS.c.key.type) for place in range(number)]


_CLEARING = delete(_BUCKETS).where(_BUCKETS.c.key == bindparam("bucket"))
_FILLED = select(_BUCKETS.c.key, _BUCKETS.c.count, _BUCKETS.c.window_start).where(
    _BUCKETS.c.key.in_(bindparam("buckets", expanding=True))
)


def count_try(session: Session, bucket: Bucket, now: datetime) -> Verdict:
    """Count one try *before* the work is done, and return whether it may be done.

    Two hundred simultaneous tries with a limit of five get five permissions: the update locks the
    row.
    """
    return _counted(session, [bucket], now)[0]


def count_in_all(session: Session, buckets: Sequence[Bucket], now: datetime) -> Verdict:
    """Count one try in several counters with one statement, as ``count_try`` does in one.

    The first that refuses decides and stays counted. The others do not: nothing will be done, and
    an exhausted network costs its members no tries. Only the first may have growing waits.
    """
    verdicts = _counted(session, buckets, now)
    for place, verdict in enumerate(verdicts):
        if not verdict.allowed:
            uncount_tries(session, [*buckets[:place], *buckets[place + 1 :]])
            return verdict
    return Verdict(allowed=True)


def _counted(session: Session, buckets: Sequence[Bucket], now: datetime) -> list[Verdict]:
    """Count a try in each of some counters; each says whether it allows it."""
    ordered = sorted(buckets, key=_in_order)
    limits = tuple(bucket.limit for bucket in ordered)
    rows = {row[0]: row for row in session.execute(_counting(limits), _values(ordered, now))}
    return [_verdict(session, bucket, rows[bucket.stored_key], now) for bucket in buckets]


def _in_order(bucket: Bucket) -> str:
    return bucket.stored_key


def _verdict(
    session: Session, bucket: Bucket, row: Row[*tuple[Any, ...]], now: datetime
) -> Verdict:
    limit = bucket.limit
    _key, count, total, start, blocked = row
    if blocked is not None and blocked > now:
        return Verdict(allowed=False, retry_at=blocked)
    if limit.closed_after and total > limit.closed_after:
        return Verdict(allowed=False)
    if count < limit.allowed:
        return Verdict(allowed=True)
    if limit.growing:
        minutes = min(2 ** (count - limit.allowed), 60)
        _block(session, bucket.stored_key, now + timedelta(minutes=minutes))
        return Verdict(allowed=True)
    if count == limit.allowed:
        return Verdict(allowed=True)
    return Verdict(allowed=False, retry_at=start + timedelta(seconds=limit.seconds))


def _block(session: Session, row_key: str, until: datetime) -> None:
    session.execute(
        update(ThrottleBucket).where(ThrottleBucket.key == row_key).values(blocked_until=until)
    )


def uncount_try(session: Session, bucket: Bucket) -> None:
    """Uncount a try that turned out right; other tries of the same key stay counted."""
    uncount_tries(session, [bucket])


def uncount_tries(session: Session, buckets: Iterable[Bucket]) -> None:
    """Uncount a try in several counters, in the order in which tries count.

    A counter that is named more than once gets so many tries back.
    """
    counted = sorted(Counter(one.stored_key for one in buckets).items())
    for start in range(0, len(counted), TOGETHER):
        part = counted[start : start + TOGETHER]
        keys = {f"bucket_{place}": key for place, (key, _times) in enumerate(part)}
        times = {f"times_{place}": times for place, (_key, times) in enumerate(part)}
        session.execute(_uncounting(len(part)), keys | times)


def clear(session: Session, bucket: Bucket) -> None:
    """Delete the counter of a key, after a new letter or after staff unlocked it."""
    session.execute(_CLEARING, {"bucket": bucket.stored_key})


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


def wait_and_total(stored_key: BindParameter[str]) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """Return until when a key must wait, and all its tries, as columns of another slice's select.

    ``Limit.is_closed_by`` tells whether so many tries closed it.
    """
    of_key = ThrottleBucket.key == stored_key
    return (
        select(ThrottleBucket.blocked_until).where(of_key).scalar_subquery(),
        select(ThrottleBucket.total).where(of_key).scalar_subquery(),
    )


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
