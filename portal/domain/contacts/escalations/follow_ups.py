"""Open follow-ups of a call or household: call-backs and questions to the ward, in one query."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_backs import KINDS
from portal.domain.contacts.escalations.models import CallBack, Escalation
from portal.domain.contacts.escalations.states import EscalationState
from portal.domain.foundation.base import BigId, UtcDateTime, table_of
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TASK, TaskState

MOST = 20


class FollowUp(Struct, frozen=True):
    """One follow-up.

    ``due_at`` is when somebody calls back; ``due_on`` is the JST day by which the ward answers.
    """

    question: bool
    id: int
    receipt_no: str
    kind: str
    state: str
    due_at: datetime | None
    due_on: date | None
    raised_by: int | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has yet to call back, or the ward to answer."""
        return self.state == (EscalationState.OPEN if self.question else TaskState.OPEN)


_Q, _T, _B = (table_of(kind) for kind in (Escalation, Task, CallBack))


def _call_backs(place: int, source: FromClause, *where: ColumnElement[bool]) -> Select[Any]:
    return _first(
        select(
            literal(place).label("place"),
            _T.c.id,
            _T.c.receipt_no,
            _T.c.kind,
            _T.c.state,
            _T.c.due_at,
            cast(null(), Date).label("due_on"),
            cast(null(), BigId).label("raised_by"),
        )
        .select_from(source)
        .where(*where)
        .order_by(_T.c.id)
    )


def _questions(place: int, *where: ColumnElement[bool]) -> Select[Any]:
    return _first(
        select(
            literal(place).label("place"),
            _Q.c.id,
            _Q.c.receipt_no,
            _Q.c.kind,
            _Q.c.state,
            cast(null(), UtcDateTime).label("due_at"),
            _Q.c.due_on,
            _Q.c.raised_by,
        )
        .where(*where)
        .order_by(_Q.c.id.desc())
    )


def _first(statement: Select[Any]) -> Select[Any]:
    return select(statement.limit(MOST).subquery())


_OF_CALL, _OF_HOUSEHOLD = bindparam("call_id", type_=BigId), bindparam("household_id", type_=BigId)
_WAITS = (_T.c.kind.in_(KINDS), _T.c.state == TASK.initial)
# built once: every page of a call asks this; a branch for each index, in the order in which
# they are shown
_FOLLOW_UPS = union_all(
    _call_backs(0, _T.join(_B, _B.c.task_id == _T.c.id), _B.c.call_id == _OF_CALL),
    _call_backs(1, _T, _T.c.household_id == _OF_HOUSEHOLD, *_WAITS),
    _questions(2, _Q.c.call_id == _OF_CALL),
    _questions(3, _Q.c.household_id == _OF_HOUSEHOLD),
)


def open_follow_ups(
    session: Session, *, call_id: int | None, household_id: int | None
) -> list[FollowUp]:
    """Return the follow-ups of a call, finished or not, and then the other ones of a household.

    Of each at most ``MOST``: call-backs in order of due time, only waiting ones if they are about
    the household, and then the questions, the newest first.
    """
    rows = session.execute(_FOLLOW_UPS, {"call_id": call_id, "household_id": household_id}).all()
    found: dict[tuple[bool, int], FollowUp] = {}
    for row in sorted(rows, key=lambda row: row.place):  # a union keeps no order
        one = FollowUp(row.place > 1, *row[1:])
        found.setdefault((one.question, one.id), one)
    return list(found.values())
