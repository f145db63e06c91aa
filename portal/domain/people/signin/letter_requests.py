"""A household's requests for a new letter, and the receipts of what it requested."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState

SHOWN_AFTER = timedelta(days=60)
"""How long a finished request stays in the list: printing and the post take weeks."""
MOST = 10
# built once: building a statement takes as long as running it
_RECENT = (
    select(Task)
    .where(
        Task.household_id == bindparam("household_id"),
        Task.kind == TaskKind.NEW_LETTER,
        or_(
            Task.state == TaskState.OPEN, Task.done_at > bindparam("since", type_=Task.done_at.type)
        ),
    )
    .order_by(Task.id.desc())
    .limit(MOST)
)


def letter_requests(session: Session, household_id: int, now: datetime) -> list[Task]:
    """Return the household's open or recently finished requests for a new letter, newest first."""
    return list(
        session.scalars(_RECENT, {"household_id": household_id, "since": now - SHOWN_AFTER})
    )


def open_letter_request(session: Session, household_id: int) -> Task | None:
    """Return the request for a new letter that waits for the staff."""
    return session.scalar(
        select(Task).where(
            Task.kind == TaskKind.NEW_LETTER,
            Task.household_id == household_id,
            Task.state == TaskState.OPEN,
        )
    )


def own_task(session: Session, household_id: int, kind: TaskKind, receipt_no: str) -> Task:
    """Return a request of this household by its receipt number.

    Raises:
        NotFoundError: no request has this number and kind, or it is another household's.
    """
    found = session.scalar(
        select(Task).where(
            Task.receipt_no == receipt_no, Task.kind == kind, Task.household_id == household_id
        )
    )
    if found is None:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    return found


def letter_state(task: Task) -> str:
    """Return the status of a request for a new letter, in the words used for other requests."""
    match task.state:
        case TaskState.OPEN:
            return _("担当者が確かめています")
        case TaskState.CANCELLED:
            return _("取り下げました")
        case _other:
            return _("手続きが終わりました")
