"""Tasks that somebody begins from the staff site, and that a worker carries out."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.jobs.states import BEGUN, OPEN, BegunState
from portal.domain.foundation.texts import _s, current_locale
from portal.domain.foundation.work import Work

LOG = logging.getLogger("portal.jobs")
SUBJECT = "begun_task"
MOST_TRIES = 3
"""A task whose worker died this often is given up: it may be what kills them."""
WORKER_DIED = "worker_died"


@dataclass(frozen=True, slots=True)
class TakenTask:
    """A task that this worker carries out, in the name and the language of who began it."""

    id: int
    kind: BegunKind
    subject_id: int
    detail: Mapping[str, int] = field(repr=False)
    actor: Actor
    locale: str
    holder: str
    tries: int


def begin(work: Work, kind: BegunKind, subject_id: int, **detail: int) -> BegunTask:
    """Put a task in the queue, or return the one for the same subject that is not done yet."""
    there = work.session.scalar(
        select(BegunTask)
        .where(
            BegunTask.kind == kind, BegunTask.subject_id == subject_id, BegunTask.state.in_(OPEN)
        )
        .order_by(BegunTask.id)
    )
    if there is not None:
        return there
    organization = work.actor.organization
    made = BegunTask(
        kind=kind,
        subject_id=subject_id,
        detail=detail,
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


def waiting_subjects(work: Work) -> Sequence[int]:
    """Return the subjects of the tasks that can be taken."""
    return work.session.scalars(select(BegunTask.subject_id).where(_takable(work))).all()


def has_waiting(work: Work, elsewhere: Collection[int] = ()) -> bool:
    """Return whether a task can be taken; an idle worker locks nothing.

    ``elsewhere`` are subjects that only a worker on another machine can deal with.
    """
    found = select(BegunTask.id).where(_takable(work), BegunTask.subject_id.not_in(elsewhere))
    return work.session.scalar(found.limit(1)) is not None


def take(work: Work, holder: Holder, elsewhere: Collection[int] = ()) -> TakenTask | None:
    """Take the oldest task that waits, or whose worker died; None if there is none.

    ``elsewhere`` as for ``has_waiting``.
    """
    row = work.session.scalar(
        select(BegunTask)
        .where(_takable(work), BegunTask.subject_id.not_in(elsewhere))
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
    row.state = BEGUN.next(row.state, "take" if row.state == BegunState.WAITING else "take_over")
    row.tries += 1
    row.holder, row.lease_until = holder.name, work.now + holder.lease
    row.started_at = work.now
    work.session.flush()
    asked = row.asked_organization
    actor = Actor(Role(row.asked_role), row.asked_by, Organization(asked) if asked else None)
    return TakenTask(
        row.id,
        BegunKind(row.kind),
        row.subject_id,
        row.detail,
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


def finish(work: Work, task: TakenTask) -> None:
    """Record that the task is done."""
    if (row := _held(work.session, task)) is not None:
        _end(work, row, "finish", None)


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


def try_again(work: Work, task_id: int) -> None:
    """Let a failed task be carried out again.

    Raises:
        NotFoundError: no task has this key.
        WrongStateError: it did not fail.
    """
    row = work.session.get(BegunTask, task_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この作業は見つかりませんでした。"))
    row.state = BEGUN.next(row.state, "try_again")
    row.tries, row.reason, row.ended_at = 0, None, None
    record(work, "begun_task.try_again", SUBJECT, row.id, kind=row.kind, of=row.subject_id)


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
