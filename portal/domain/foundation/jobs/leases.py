"""Leases of jobs: one worker has a job until its lease ends, and says how its turn went."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.jobs.models import JobRecord, JobWorker
from portal.domain.foundation.jobs.names import LANES, JobName
from portal.domain.foundation.work import Work

LEASE = timedelta(minutes=1)
"""How long a job stays with a worker that died."""
AGAIN_AFTER = timedelta(minutes=1)
"""A failed turn is repeated after this time, or earlier if the job runs more often."""
FORGET_WORKERS = timedelta(days=1)


class Holder(Struct, frozen=True):
    """A worker, by a name that no other has, and how long its leases last."""

    name: str
    lease: timedelta = LEASE


class Lease(Struct, frozen=True):
    """The right to run one turn of a job; ``since`` (UTC) tells it from every other turn."""

    job: JobName
    holder: str
    since: datetime


def register(work: Work, intervals: Mapping[JobName, timedelta]) -> None:
    """Make a row for each job that this worker runs, and remove those of senders that are gone.

    A new job runs for the first time after one interval.
    """
    known = {
        row.name: row for row in work.session.scalars(select(JobRecord).order_by(JobRecord.name))
    }
    for name in LANES:
        if name in known and name not in intervals:
            work.session.delete(known[name])
    for name, every in intervals.items():
        seconds = int(every.total_seconds())
        row = known.get(name)
        if row is None:
            next_at = work.now + every
            work.session.add(JobRecord(name=name, next_at=next_at, every_seconds=seconds))
        elif row.every_seconds != seconds:
            row.every_seconds = seconds
    work.session.flush()


def beat(work: Work, holder: Holder) -> None:
    """Record that a worker runs, and forget those that gave no sign for a day."""
    row = work.session.get(JobWorker, holder.name)
    if row is None:
        work.session.add(JobWorker(name=holder.name, started_at=work.now, seen_at=work.now))
    else:
        row.seen_at = work.now
    work.session.execute(delete(JobWorker).where(JobWorker.seen_at < work.now - FORGET_WORKERS))
    work.session.flush()


def prolong(work: Work, lease: Lease, holder: Holder) -> bool:
    """Prolong a lease; return False if it ended and another worker has the job now."""
    changed = work.session.execute(
        update(JobRecord)
        .where(_held(lease))
        .values(lease_until=work.now + holder.lease)
        .returning(JobRecord.name)
    )
    return changed.first() is not None


def leave(work: Work, holder: Holder) -> None:
    """Record that a worker ends by itself."""
    work.session.execute(delete(JobWorker).where(JobWorker.name == holder.name))


def due(session: Session, names: Iterable[JobName], now: datetime) -> list[JobName]:
    """Return the jobs that may run now, the longest overdue first; this only reads."""
    rows = session.scalars(
        select(JobRecord.name)
        .where(
            JobRecord.name.in_([name.value for name in names]),
            JobRecord.next_at <= now,
            or_(JobRecord.holder.is_(None), JobRecord.lease_until <= now),
        )
        .order_by(JobRecord.next_at, JobRecord.name)
    )
    return [JobName(name) for name in rows]


def claim(work: Work, name: JobName, holder: Holder, *, at_once: bool = False) -> Lease | None:
    """Take a job for one turn; None if another worker has it, or it is not due yet.

    ``at_once`` takes a job before it is due.
    """
    row = work.session.scalar(
        select(JobRecord)
        .where(JobRecord.name == name)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if row is None or (row.next_at > work.now and not at_once):
        return None
    if row.holder is not None and row.lease_until is not None and row.lease_until > work.now:
        return None
    row.holder, row.lease_until = holder.name, work.now + holder.lease
    row.started_at = work.now
    work.session.flush()
    return Lease(name, holder.name, work.now)


def finish(work: Work, lease: Lease, handled: int, *, more: bool = False) -> bool:
    """Record a turn that succeeded; ``more``: the next one follows at once.

    Returns False, and changes nothing, if another worker has the job now.
    """
    row = _locked(work.session, lease)
    if row is None:
        return False
    row.ended_at = row.succeeded_at = work.now
    row.handled, row.failures, row.last_reason = handled, 0, None
    row.next_at = work.now if more else work.now + timedelta(seconds=row.every_seconds)
    _release(row)
    return True


def fail(work: Work, lease: Lease, reason: str) -> bool:
    """Record a turn that failed; it is repeated after a minute, or earlier.

    Returns False, and changes nothing, if another worker has the job now.
    """
    row = _locked(work.session, lease)
    if row is None:
        return False
    row.ended_at = work.now
    row.failures += 1
    row.last_reason = reason[:80]
    row.next_at = work.now + min(AGAIN_AFTER, timedelta(seconds=row.every_seconds))
    _release(row)
    return True


def give_back(work: Work, lease: Lease) -> bool:
    """Break a turn off because the worker stops; the next worker goes on at once.

    Returns False, and changes nothing, if another worker has the job now.
    """
    row = _locked(work.session, lease)
    if row is None:
        return False
    row.next_at = work.now
    _release(row)
    return True


def note_lane(work: Work, name: JobName, reason: str | None) -> None:
    """Record that what runs without leases looked for work, or the reason why it could not."""
    row = work.session.scalar(select(JobRecord).where(JobRecord.name == name).with_for_update())
    if row is None:
        return
    row.started_at = row.ended_at = work.now
    row.next_at = work.now + timedelta(seconds=row.every_seconds)
    if reason is None:
        row.succeeded_at, row.failures, row.last_reason = work.now, 0, None
    else:
        row.failures, row.last_reason = row.failures + 1, reason[:80]


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        JobRecord.name == lease.job,
        JobRecord.holder == lease.holder,
        JobRecord.started_at == lease.since,
    )


def _locked(session: Session, lease: Lease) -> JobRecord | None:
    return session.scalar(
        select(JobRecord)
        .where(_held(lease))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _release(row: JobRecord) -> None:
    row.holder = row.lease_until = None
