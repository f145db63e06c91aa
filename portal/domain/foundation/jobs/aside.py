"""Rows that a job could not handle: set aside with an alarm, and given back by a person."""

import logging

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import BusyError, NotFoundError
from portal.domain.foundation.jobs.models import JobAside, JobRecord
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work

LOG = logging.getLogger("portal.jobs")
SUBJECT = "job_aside"
PASSING = (OperationalError, InterfaceError, PoolTimeoutError, BusyError, MemoryError)
"""Faults of the machine, not of a row: the row is tried again in the next turn."""


class RowOfJob(Struct, frozen=True):
    """A row that a job handles: the job, what kind of row, and its key."""

    job: JobName
    subject: str
    subject_id: int


def reason_of(error: BaseException) -> str:
    """Return the word for a fault that rows, logs and pages show: never its text or values."""
    return type(error).__name__[:80]


def rows_aside(session: Session, job: JobName) -> set[int]:
    """Return the keys of the rows that a job leaves out."""
    return set(session.scalars(select(JobAside.subject_id).where(JobAside.job == job)))


def set_aside(work: Work, row: RowOfJob, reason: str) -> None:
    """Leave a row out of its job from now on, and raise the alarm."""
    known = work.session.scalar(
        select(JobAside.id).where(
            JobAside.job == row.job,
            JobAside.subject == row.subject,
            JobAside.subject_id == row.subject_id,
        )
    )
    if known is not None:
        return
    made = JobAside(
        job=row.job,
        subject=row.subject,
        subject_id=row.subject_id,
        reason=reason[:80],
        since=work.now,
    )
    work.session.add(made)
    work.session.flush()
    record(work, "job.row_set_aside", SUBJECT, made.id, job=row.job.value, reason=reason)
    LOG.error(
        "set aside: job=%s %s=%d reason=%s", row.job.value, row.subject, row.subject_id, reason
    )


def take_back(work: Work, aside_id: int) -> None:
    """Let the job try a row again, in a turn that follows at once.

    A message that a lane set aside was given up; it is only taken off the list.

    Raises:
        NotFoundError: the row is not set aside, or was given back before.
    """
    row = work.session.get(JobAside, aside_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この行は、もう取り置かれていません。"))
    record(work, "job.row_taken_back", SUBJECT, row.id, job=row.job, reason=row.reason)
    work.session.delete(row)
    _run_soon(work, JobName(row.job))
    work.session.flush()


def take_all_back(work: Work, job: JobName) -> int:
    """Let all rows of a job be tried again; return how many."""
    ids = work.session.scalars(
        select(JobAside.id).where(JobAside.job == job).order_by(JobAside.id)
    ).all()
    for aside_id in ids:
        take_back(work, aside_id)
    return len(ids)


def _run_soon(work: Work, job: JobName) -> None:
    """Make a job due now."""
    row = work.session.get(JobRecord, job.value, with_for_update=True, populate_existing=True)
    if row is not None:
        row.next_at = min(row.next_at, work.now)
