"""Queries of call-backs: those waiting, the first due first, and the tries."""

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import itemgetter

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_back_times import (
    default_due,
    due_of,
    is_kept,
    late_when_asked_by,
)
from portal.domain.contacts.escalations.call_backs import KINDS
from portal.domain.contacts.escalations.models import CallBack, CallBackTry
from portal.domain.contacts.escalations.states import (
    CALL_BACK,
    CLAIMED,
    HANDED_ON,
    NOT_REACHED,
    WAITING,
)
from portal.domain.foundation.base import UtcDateTime
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TASK

PAGE = 20
OPEN = (WAITING, CLAIMED)
"""States in which somebody is still to be called."""


class Waiting(Struct, frozen=True):
    """One call-back: its due instant (JST or UTC), its number of tries, and who has claimed it.

    ``unkept``: a time was promised at which nobody is there any more, because the hours changed.
    """

    task: Task
    due_at: datetime
    overdue: bool
    unkept: bool
    state: str
    tries: int
    claimed_by: int | None

    @property
    def is_claimed(self) -> bool:
        """Whether somebody is calling."""
        return self.state == CLAIMED

    @property
    def is_given_up(self) -> bool:
        """Whether nobody was reached and nobody calls any more."""
        return self.state == NOT_REACHED

    @property
    def from_site(self) -> bool:
        """Whether somebody who cannot sign in left it on the resident site."""
        return self.task.kind == TaskKind.UNMATCHED


def _visible(include_protected: bool) -> ColumnElement[bool]:
    return or_(
        Task.household_id.is_(None),
        Household.protected.in_([True, False] if include_protected else [False]),
    )


def _rows(include_protected: bool) -> Select[Task, CallBack]:
    return (
        select(Task, CallBack)
        .outerjoin(CallBack, CallBack.task_id == Task.id)
        .outerjoin(Household, Household.id == Task.household_id)
        .where(Task.kind.in_(KINDS), _visible(include_protected))
    )


def open_call_backs(include_protected: bool) -> Select[Task, CallBack]:
    """Return the statement of the call-backs that are still to be made."""
    return _rows(include_protected).where(
        Task.state == TASK.initial, or_(CallBack.id.is_(None), CallBack.state.in_(OPEN))
    )


def waiting(
    work: Work, *, include_protected: bool = False, page: int = 1, late: bool = False
) -> list[Waiting]:
    """Return a page of the call-backs that wait and one more, the first due first.

    ``page`` counts from 1; ``late``: only those that are overdue.

    Two lists are merged, each ordered by due time: those with a time of their own, and those
    without one, whose due time follows from when they were requested. So only rows up to the end of
    the page are read.
    """
    start = (max(1, page) - 1) * PAGE
    end = start + PAGE + 1
    keys = open_call_backs(include_protected).with_only_columns(
        Task.id, Task.due_at, Task.created_at
    )
    if late:
        until = compared_instants(work.program.calendar, work.now)
        keys = keys.where(
            or_(
                Task.due_at < until["now"],
                and_(Task.due_at.is_(None), Task.created_at <= until["asked_by"]),
            )
        )
    timed, timeless = (
        work.session.execute(statement.order_by(by, Task.id).limit(end)).all()
        for statement, by in (
            (keys.where(Task.due_at.is_not(None)), Task.due_at),
            (keys.where(Task.due_at.is_(None)), Task.created_at),
        )
    )
    merged = merge(
        ((row.due_at, row.id) for row in timed),
        ((default_due(work.program.calendar, row.created_at), row.id) for row in timeless),
        key=itemgetter(0),
    )
    wanted = [key for _due, key in islice(merged, start, end)]
    return those(work, wanted, include_protected=include_protected)


def those(work: Work, wanted: Sequence[int], *, include_protected: bool = False) -> list[Waiting]:
    """Return the call-backs of these tasks, in their order."""
    rows = work.session.execute(_rows(include_protected).where(Task.id.in_(wanted)))
    found = {task.id: _waiting(work, task, row) for task, row in rows}
    return [found[key] for key in wanted if key in found]


def counting(*, include_protected: bool = False) -> Select[int, int]:
    """Return the statement that counts waiting call-backs (``total``) and overdue ones (``late``).

    Its parameters are those of ``compared_instants``.
    """
    inner = (
        open_call_backs(include_protected)
        .with_only_columns(Task.id, Task.due_at, Task.created_at)
        .subquery()
    )
    timeless = and_(
        inner.c.due_at.is_(None), inner.c.created_at <= bindparam("asked_by", type_=UtcDateTime)
    )
    late = func.count().filter(or_(inner.c.due_at < bindparam("now", type_=UtcDateTime), timeless))
    return select(func.count().label("total"), late.label("late")).select_from(inner)


def compared_instants(calendar: CallCenterCalendar, now: datetime) -> dict[str, datetime]:
    """Return the instants (UTC) with which ``counting`` compares."""
    return {"now": now, "asked_by": late_when_asked_by(calendar, now)}


# built once: the first page of everybody at the desk asks this
_COUNTING = {
    include_protected: counting(include_protected=include_protected)
    for include_protected in (False, True)
}


def count_waiting(work: Work, *, include_protected: bool = False) -> tuple[int, int]:
    """Return the number of call-backs that wait, and of the overdue ones among them."""
    total, late = work.session.execute(
        _COUNTING[include_protected], compared_instants(work.program.calendar, work.now)
    ).one()
    return int(total), int(late)


def is_handed_on() -> ColumnElement[bool]:
    """Return the condition that a task is a call-back that the office has to finish."""
    reached = select(CallBack.task_id).where(CallBack.state == HANDED_ON)
    return and_(Task.kind == TaskKind.CALL_BACK, Task.id.in_(reached))


def count_handed_on(session: Session, *, include_protected: bool = False) -> int:
    """Return the number of callers who were reached, but whose matter the office has to finish."""
    inner = _rows(include_protected).where(Task.state == TASK.initial, is_handed_on())
    return (
        session.scalar(
            select(func.count()).select_from(inner.with_only_columns(Task.id).subquery())
        )
        or 0
    )


def one(work: Work, task_id: int, *, include_protected: bool = False) -> Waiting | None:
    """Return a call-back, a finished one too; None if there is none that the reader may know of."""
    row = work.session.execute(_rows(include_protected).where(Task.id == task_id)).one_or_none()
    return _waiting(work, row[0], row[1]) if row is not None else None


def next_time(work: Work, row: Waiting) -> datetime | None:
    """Return the next time (JST) after a promised one at which somebody is there; None if none."""
    return work.program.calendar.next_open(max(row.due_at, work.now))


def tries_of(session: Session, task_id: int) -> list[CallBackTry]:
    """Return the tries, newest first."""
    statement = select(CallBackTry).where(CallBackTry.task_id == task_id)
    return list(session.scalars(statement.order_by(CallBackTry.id.desc())))


def of_call(session: Session, call_id: int) -> list[Task]:
    """Return the call-backs requested in a call."""
    statement = (
        select(Task).join(CallBack, CallBack.task_id == Task.id).where(CallBack.call_id == call_id)
    )
    return list(session.scalars(statement.order_by(Task.id)))


def _waiting(work: Work, task: Task, row: CallBack | None) -> Waiting:
    due = due_of(work.program.calendar, task)
    state = row.state if row is not None else CALL_BACK.initial
    is_open = task.state == TASK.initial and state in OPEN
    promised = is_open and task.due_at is not None
    return Waiting(
        task,
        due,
        is_open and due < work.now,
        promised and not is_kept(work.program.calendar, due),
        state,
        row.tries if row is not None else 0,
        row.claimed_by if row is not None else None,
    )
