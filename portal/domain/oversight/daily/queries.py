"""Read daily work: what somebody may see of it, and what happened to one task."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.jobs.begun import SUBJECT
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import Labeled, _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.oversight.daily.kinds import may_see
from portal.domain.people.staff.queries import staff_names

SHOWN = 50


class Happened(Labeled):
    """What can happen to a task, as staff read it; each is an audit event."""

    BEGUN = "begun_task.begin", lambda: _s("始めた")
    TAKEN = "begun_task.take", lambda: _s("ワーカーが取りかかった")
    TAKEN_OVER = (
        "begun_task.take_over",
        lambda: _s("ワーカーが止まったので、別のワーカーが引き継いだ"),
    )
    GIVEN_BACK = "begun_task.give_back", lambda: _s("ワーカーが終わるので、待つ列にもどした")
    CANCEL_ASKED = "begun_task.cancel_asked", lambda: _s("取りやめを求めた")
    CANCELED = "begun_task.cancel", lambda: _s("取りやめた")
    FINISHED = "begun_task.finish", lambda: _s("終わった")
    REFUSED = "begun_task.refuse", lambda: _s("断られた")
    FAILED = "begun_task.fail", lambda: _s("失敗した")
    FETCHED = "begun_task.fetched", lambda: _s("作ったファイルを受け取った")
    TRIED_AGAIN = "begun_task.try_again", lambda: _s("もう一度試すことにした")


class LogLine(Struct, frozen=True):
    """One line of a task's log: when (UTC), what, and the name of who did it, if a person."""

    at: datetime
    what: str
    who: str


def tasks_seen(work: Work) -> Sequence[BegunTask]:
    """Return the newest tasks of the kinds that somebody may see, newest first."""
    kinds = [kind.value for kind in BegunKind if may_see(work.actor, kind)]
    return work.session.scalars(
        select(BegunTask)
        .where(BegunTask.kind.in_(kinds))
        .order_by(BegunTask.id.desc())
        .limit(SHOWN)
    ).all()


def last_begun(work: Work, kind: BegunKind) -> BegunTask | None:
    """Return the newest task of a kind; None if there is none, or it is not to be seen."""
    if not may_see(work.actor, kind):
        return None
    return work.session.scalar(
        select(BegunTask).where(BegunTask.kind == kind).order_by(BegunTask.id.desc()).limit(1)
    )


def task_seen(work: Work, task_id: int) -> BegunTask:
    """Return a task.

    Raises:
        NotFoundError: no task has this key, or it is none that somebody may see.
    """
    row = work.session.get(BegunTask, task_id)
    if row is None or not may_see(work.actor, BegunKind(row.kind)):
        raise NotFoundError(_s("この作業は見つかりませんでした。"))
    return row


def log_of(session: Session, task_id: int) -> list[LogLine]:
    """Return what happened to a task, in order."""
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == SUBJECT, AuditEvent.subject_id == task_id)
        .order_by(AuditEvent.id)
    ).all()
    names = staff_names(session, {one.actor_id for one in events if one.actor_id is not None})
    return [
        LogLine(one.at, label_of(Happened, one.action), names.get(one.actor_id or 0, ""))
        for one in events
    ]
