"""Tasks that somebody begins from the staff site, and that a worker carries out."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.models import BegunTask, JobRecord
from portal.domain.foundation.jobs.names import BegunKind, JobName
from portal.domain.foundation.jobs.states import BEGUN, OPEN, BegunState
from portal.domain.foundation.texts import _s, current_locale
from portal.domain.foundation.work import Work

LOG = logging.getLogger("portal.jobs")
SUBJECT = "begun_task"
MOST_TRIES = 3
"""A task whose worker died this often is given up: it may be what kills them."""
WORKER_DIED = "worker_died"
OF_A_RUN = frozenset({BegunKind.ARCHIVE, BegunKind.PROOF})
"""Kinds whose subject is a print run: the machine where its plain letters lie carries them out."""
STOPPED_AT_WORK = frozenset({BegunKind.EXTRACT_CHECK})
"""Kinds that may be canceled while a worker is at them, because they store nothing."""
Detail = Mapping[str, int | str | None]
"""What was chosen when a task began: numbers, names of settings, ISO dates; nothing of a family."""
Result = Mapping[str, Any]
"""What a task did: counts, yen, keys of rows."""


class TaskCanceledError(DomainError):
    """Somebody canceled the task that is carried out."""

    code = "canceled"


@dataclass(frozen=True, slots=True)
class TakenTask:
    """A task that this worker carries out, in the name and the language of who began it."""

    id: int
    kind: BegunKind
    subject_id: int
    detail: Detail = field(repr=False)
    input_id: int | None
    asked_at: datetime
    actor: Actor
    locale: str
    holder: str
    tries: int


def begin(work: Work, kind: BegunKind, subject_id: int, **detail: int) -> BegunTask:
    """Put a task in the queue, or return the one for the same subject that is not done yet."""
    of_subject = BegunTask.subject_id == subject_id
    there = _open_of(work, kind, of_subject)
    return there if there is not None else _put(work, kind, subject_id, detail, None)


def begin_alone(
    work: Work, kind: BegunKind, subject_id: int, detail: Detail, input_id: int | None = None
) -> BegunTask:
    """Put a task in the queue of whose kind only one may be open.

    ``input_id`` is the sealed file that it reads.

    Raises:
        ConflictError: one of this kind is not done yet.
    """
    work.session.scalar(
        select(JobRecord.name).where(JobRecord.name == JobName.BEGUN).with_for_update()
    )
    if _open_of(work, kind) is not None:
        raise ConflictError(
            _s("同じ種類の作業が、まだ終わっていません。終わってから始めてください。"),
            code="still_open",
        )
    return _put(work, kind, subject_id, detail, input_id)


def _open_of(work: Work, kind: BegunKind, *wanted: ColumnElement[bool]) -> BegunTask | None:
    return work.session.scalar(
        select(BegunTask)
        .where(BegunTask.kind == kind, BegunTask.state.in_(OPEN), *wanted)
        .order_by(BegunTask.id)
        .limit(1)
    )


def _put(
    work: Work, kind: BegunKind, subject_id: int, detail: Detail, input_id: int | None
) -> BegunTask:
    organization = work.actor.organization
    made = BegunTask(
        kind=kind,
        subject_id=subject_id,
        detail=dict(detail),
        input_id=input_id,
        asked_by=work.actor.id,
        asked_role=work.actor.role.value,
        asked_organization=organization.value if organization is not None else None,
        locale=current_locale(),
        asked_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    record(work, "begun_task.begin", SUBJECT, made.id, kind=kind.value, of=subject_id)
    return made


def waiting_runs(work: Work) -> Sequence[int]:
    """Return the print runs of the tasks that can be taken."""
    of_runs = BegunTask.kind.in_(OF_A_RUN)
    return work.session.scalars(select(BegunTask.subject_id).where(_takable(work), of_runs)).all()


def has_waiting(work: Work, elsewhere: Collection[int] = ()) -> bool:
    """Return whether a task can be taken; an idle worker locks nothing.

    ``elsewhere`` are print runs that only a worker on another machine can deal with.
    """
    found = select(BegunTask.id).where(_takable(work), _here(elsewhere))
    return work.session.scalar(found.limit(1)) is not None


def take(work: Work, holder: Holder, elsewhere: Collection[int] = ()) -> TakenTask | None:
    """Take the oldest task that waits, or whose worker died; None if there is none.

    ``elsewhere`` as for ``has_waiting``.
    """
    row = work.session.scalar(
        select(BegunTask)
        .where(_takable(work), _here(elsewhere))
        .order_by(BegunTask.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    if row.state == BegunState.RUNNING and row.tries >= MOST_TRIES:
        _end(work, row, "fail", WORKER_DIED)
        return None
    action = "take" if row.state == BegunState.WAITING else "take_over"
    row.state = BEGUN.next(row.state, action)
    row.tries += 1
    row.holder, row.lease_until = holder.name, work.now + holder.lease
    row.started_at = work.now
    work.session.flush()
    record(work, f"begun_task.{action}", SUBJECT, row.id, kind=row.kind, of=row.subject_id)
    asked = row.asked_organization
    actor = Actor(Role(row.asked_role), row.asked_by, Organization(asked) if asked else None)
    return TakenTask(
        row.id,
        BegunKind(row.kind),
        row.subject_id,
        row.detail,
        row.input_id,
        row.asked_at,
        actor,
        row.locale,
        holder.name,
        row.tries,
    )


def keep(work: Work, task: TakenTask, holder: Holder) -> bool:
    """Prolong the lease of a task; return False if another worker has it now."""
    row = _held(work.session, task)
    if row is None:
        return False
    row.lease_until = work.now + holder.lease
    return True


def note_progress(work: Work, task: TakenTask, done: int, planned: int) -> None:
    """Record how far a task is.

    Raises:
        TaskCanceledError: somebody canceled it, so that it stops here.
    """
    if (row := _held(work.session, task)) is None:
        return
    row.done, row.planned = done, planned
    if row.cancel_asked_at is not None:
        raise TaskCanceledError(_s("この作業は、取りやめになりました。"))


def finish(
    work: Work, task: TakenTask, result: Result | None = None, output_id: int | None = None
) -> None:
    """Record that the task is done, with what it did, and the sealed file that it made.

    An act of one transaction calls this in it: then nobody carries it out twice.
    """
    if (row := _held(work.session, task)) is not None:
        row.result = dict(result) if result is not None else None
        row.output_id = output_id
        _end(work, row, "finish", None)


def end_canceled(work: Work, task: TakenTask) -> None:
    """Record that the task stopped because somebody canceled it."""
    if (row := _held(work.session, task)) is not None:
        _end(work, row, "cancel", None)


def cancel(work: Work, task_id: int) -> None:
    """Cancel a task: at once while it waits; while a worker is at it only if it stores nothing.

    Repeating it changes nothing.

    Raises:
        NotFoundError: no task has this key.
        WrongStateError: it is over, or a worker is at it and it must not be broken off.
    """
    row = _locked(work.session, task_id)
    if row.state == BegunState.RUNNING:
        if row.kind not in STOPPED_AT_WORK:
            raise WrongStateError(_s("もう始まっているので、途中では取りやめられません。"))
        if row.cancel_asked_at is None:
            row.cancel_asked_at = work.now
            record(work, "begun_task.cancel_asked", SUBJECT, row.id, kind=row.kind)
        return
    if row.state != BegunState.CANCELED:
        _end(work, row, "cancel", None)


def refuse(work: Work, task: TakenTask, said: str) -> None:
    """Record that a rule refused the task, with the sentence for who began it."""
    if (row := _held(work.session, task)) is not None:
        row.said = said[:1000]
        _end(work, row, "refuse", None)


def fail(work: Work, task: TakenTask, reason: str) -> None:
    """Record a fault; a person may let it be tried again."""
    if (row := _held(work.session, task)) is not None:
        _end(work, row, "fail", reason)


def give_back(work: Work, task: TakenTask) -> None:
    """Return a task that is not done, because this worker ends; another takes it at once."""
    if (row := _held(work.session, task)) is not None:
        row.state = BEGUN.next(row.state, "give_back")
        row.holder = row.lease_until = None
        row.tries -= 1
        record(work, "begun_task.give_back", SUBJECT, row.id, kind=row.kind, of=row.subject_id)


def try_again(work: Work, task_id: int) -> None:
    """Let a failed task be carried out again.

    Raises:
        NotFoundError: no task has this key.
        WrongStateError: it did not fail.
    """
    row = _locked(work.session, task_id)
    row.state = BEGUN.next(row.state, "try_again")
    row.tries, row.reason, row.ended_at = 0, None, None
    record(work, "begun_task.try_again", SUBJECT, row.id, kind=row.kind, of=row.subject_id)


def _locked(session: Session, task_id: int) -> BegunTask:
    row = session.get(BegunTask, task_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この作業は見つかりませんでした。"))
    return row


def latest(session: Session, kind: BegunKind, subject_id: int) -> BegunTask | None:
    """Return the last task of a kind for a subject."""
    return session.scalar(
        select(BegunTask)
        .where(BegunTask.kind == kind, BegunTask.subject_id == subject_id)
        .order_by(BegunTask.id.desc())
        .limit(1)
    )


def _takable(work: Work) -> ColumnElement[bool]:
    return or_(
        BegunTask.state == BegunState.WAITING,
        and_(BegunTask.state == BegunState.RUNNING, BegunTask.lease_until <= work.now),
    )


def _here(elsewhere: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a task can be carried out on this machine."""
    return or_(BegunTask.kind.not_in(OF_A_RUN), BegunTask.subject_id.not_in(elsewhere))


def _held(session: Session, task: TakenTask) -> BegunTask | None:
    return session.scalar(
        select(BegunTask)
        .where(
            BegunTask.id == task.id,
            BegunTask.state == BegunState.RUNNING,
            BegunTask.holder == task.holder,
            BegunTask.tries == task.tries,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _end(work: Work, row: BegunTask, action: str, reason: str | None) -> None:
    row.state = BEGUN.next(row.state, action)
    row.ended_at, row.reason = work.now, reason
    row.holder = row.lease_until = None
    work.session.flush()
    record(work, f"begun_task.{action}", SUBJECT, row.id, kind=row.kind, of=row.subject_id)
    if reason is not None:
        LOG.error("begun task %d (%s) failed: %s", row.id, row.kind, reason)
