"""Read how jobs and workers are; commands, pages, metrics and checks ask here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.jobs.models import BegunTask, JobAside, JobRecord, JobWorker
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.states import OPEN, BegunState
from portal.domain.foundation.program.deployment import deployment

NO_WORKER_AFTER = timedelta(minutes=5)
"""Without a sign of any worker for this time nothing is sent: an alarm."""
LATE_AFTER = timedelta(minutes=5)
"""A job is late when it did not run for this time, and twice its interval, after it was due."""
LONG_TURN = timedelta(minutes=30)
"""A turn that lasts longer than this counts as late."""
FAILING = 3
"""So many failed turns in a row are an alarm; one or two may be a database that restarted."""
SHOWN = 100


class JobStatus(Struct, frozen=True):
    """How a job is.

    Attributes:
        name: Which job.
        running: Whether a worker has it now.
        last_start: When its last turn began (UTC).
        last_end: When its last turn ended, well or not (UTC).
        last_success: When a turn last succeeded (UTC); None: never.
        age_seconds: Seconds since ``last_success``; None: never.
        handled: How many rows the last good turn handled.
        failures: Failed turns since ``last_success``.
        reason: Why the last one failed, as a word; None after a success.
        next_at: When the next turn is due (UTC).
        late: Whether it should have run long ago.
        aside: How many rows it leaves out.
    """

    name: JobName
    running: bool
    last_start: datetime | None
    last_end: datetime | None
    last_success: datetime | None
    age_seconds: float | None
    handled: int
    failures: int
    reason: str | None
    next_at: datetime
    late: bool
    aside: int

    @property
    def failing(self) -> bool:
        """Tell whether it failed so often in a row that somebody must look."""
        return self.failures >= FAILING


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker process, and whether it gave a sign of life within ``NO_WORKER_AFTER``."""

    name: str
    started_at: datetime
    seen_at: datetime
    alive: bool


class BegunCounts(Struct, frozen=True):
    """Tasks begun from the staff site: how many wait or run, since when, and how many failed."""

    open: int
    oldest: datetime | None
    failed: int


def job_statuses(session: Session, now: datetime) -> list[JobStatus]:
    """Return how each job is, in the order of ``JobName``."""
    aside = _aside_counts(session)
    rows = {row.name: row for row in session.scalars(select(JobRecord))}
    return [
        _status(rows[name.value], now, aside.get(name, 0)) for name in JobName if name.value in rows
    ]


def _status(row: JobRecord, now: datetime, aside: int) -> JobStatus:
    running = row.holder is not None and row.lease_until is not None and row.lease_until > now
    began = row.started_at
    if running and began is not None:
        late = now - began > LONG_TURN
    else:
        late = now - row.next_at > max(LATE_AFTER, 2 * timedelta(seconds=row.every_seconds))
    success = row.succeeded_at
    return JobStatus(
        name=JobName(row.name),
        running=running,
        last_start=began,
        last_end=row.ended_at,
        last_success=success,
        age_seconds=(now - success).total_seconds() if success is not None else None,
        handled=row.handled,
        failures=row.failures,
        reason=row.last_reason,
        next_at=row.next_at,
        late=late,
        aside=aside,
    )


def workers(session: Session, now: datetime) -> list[WorkerStatus]:
    """Return the workers of the last day, the last seen first."""
    rows = session.scalars(select(JobWorker).order_by(JobWorker.seen_at.desc(), JobWorker.name))
    return [
        WorkerStatus(row.name, row.started_at, row.seen_at, now - row.seen_at <= NO_WORKER_AFTER)
        for row in rows
    ]


def _worker_seen_at(session: Session) -> datetime | None:
    """Return when any worker last gave a sign (UTC); None if none did for a day."""
    return session.scalar(select(func.max(JobWorker.seen_at)))


def no_worker(session: Session, now: datetime) -> bool:
    """Return whether no worker has run for so long that it is an alarm.

    A database that was only just made gets the same time until its first worker must run.
    """
    seen = _worker_seen_at(session)
    if seen is None:
        made = deployment(session)
        seen = made.created_at if made is not None else now
    return now - seen > NO_WORKER_AFTER


def _aside_counts(session: Session) -> dict[JobName, int]:
    """Return how many rows each job leaves out."""
    statement = select(JobAside.job, func.count()).group_by(JobAside.job)
    return {JobName(name): int(count) for name, count in session.execute(statement)}


def asides(session: Session, limit: int = SHOWN) -> Sequence[JobAside]:
    """Return the rows that were set aside, oldest first."""
    return session.scalars(select(JobAside).order_by(JobAside.id).limit(limit)).all()


def begun_counts(session: Session) -> BegunCounts:
    """Return how many begun tasks wait or run, and how many failed."""
    waiting, oldest = session.execute(
        select(func.count(BegunTask.id), func.min(BegunTask.asked_at)).where(
            BegunTask.state.in_(OPEN)
        )
    ).one()
    failed = session.scalar(
        select(func.count(BegunTask.id)).where(BegunTask.state == BegunState.FAILED)
    )
    return BegunCounts(waiting, oldest, failed or 0)


def begun_to_show(session: Session, limit: int = SHOWN) -> Sequence[BegunTask]:
    """Return begun tasks that wait, run or failed, newest first."""
    return session.scalars(
        select(BegunTask)
        .where(BegunTask.state.in_((*OPEN, BegunState.FAILED)))
        .order_by(BegunTask.id.desc())
        .limit(limit)
    ).all()
