"""Lists of waiting work, without households that the reader may not know of."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_back_queries import is_handed_on
from portal.domain.desk.casework.list_page import ListPage
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD
from portal.domain.mailroom.roster.holds.services import PRINT_TEXT
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.states import HoldState
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState

PAGE = 50


def _subjects(kind: str) -> Select[int | None]:
    return select(Approval.subject_id).where(Approval.kind == kind, Approval.state == PROPOSED)


PROPOSALS: Mapping[str, ColumnElement[bool]] = {
    RELEASE_HOLD: Hold.id.in_(_subjects(RELEASE_HOLD)),
    PRINT_TEXT: and_(Hold.code == codes.W02_GAIJI, Hold.household_id.in_(_subjects(PRINT_TEXT))),
}
"""By the kind of a proposal that waits for a second person: the holds on which it is decided."""


class HoldRow(Struct, frozen=True):
    """One open hold."""

    id: int
    household_id: int
    code: str
    since: datetime


def _visible(include_protected: bool) -> ColumnElement[bool]:
    return Household.protected.in_([True, False] if include_protected else [False])


def holds(
    session: Session, page: ListPage, *, include_protected: bool, proposed: str = ""
) -> list[HoldRow]:
    """Return a page of open holds of a code and one more, oldest first.

    With ``proposed`` (of ``PROPOSALS``) only those with such a proposal.
    """
    statement = (
        select(Hold.id, Hold.household_id, Hold.code, Hold.created_at)
        .join(Household, Household.id == Hold.household_id)
        .where(Hold.state == HoldState.OPEN, Hold.id > page.after, _visible(include_protected))
        .order_by(Hold.id)
        .limit(PAGE + 1)
    )
    if page.only:
        statement = statement.where(Hold.code == page.only)
    if proposed:
        statement = statement.where(PROPOSALS[proposed])
    return [HoldRow(*row) for row in session.execute(statement)]


def _tasks(include_protected: bool) -> Select[Task]:
    return (
        select(Task)
        .outerjoin(Household, Household.id == Task.household_id)
        .where(
            Task.state == TaskState.OPEN,
            or_(Task.household_id.is_(None), _visible(include_protected)),
        )
    )


def task_counts(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return the number of open tasks per kind."""
    inner = _tasks(include_protected).subquery()
    rows = session.execute(
        select(inner.c.kind, func.count()).group_by(inner.c.kind).order_by(inner.c.kind)
    )
    return {kind: int(count) for kind, count in rows}


def waiting_tasks(
    session: Session, page: ListPage, *, include_protected: bool, handed_on: bool = False
) -> list[Task]:
    """Return a page of open tasks of a kind and one more, oldest first.

    ``handed_on``: only call-backs whose caller was reached, and whose matter the office finishes.
    """
    statement = _tasks(include_protected).where(Task.id > page.after)
    statement = statement.order_by(Task.id).limit(PAGE + 1)
    if page.only:
        statement = statement.where(Task.kind == page.only)
    if handed_on:
        statement = statement.where(is_handed_on())
    return list(session.scalars(statement))


def visible_task(session: Session, task_id: int, *, include_protected: bool) -> Task | None:
    """Return a task, open or finished; None if there is none that the reader may know of."""
    statement = (
        select(Task)
        .outerjoin(Household, Household.id == Task.household_id)
        .where(Task.id == task_id, or_(Task.household_id.is_(None), _visible(include_protected)))
    )
    return session.scalar(statement)


def visible_hold(session: Session, hold_id: int, *, include_protected: bool) -> Hold | None:
    """Return a hold, open or released; None if there is none that the reader may know of."""
    statement = (
        select(Hold)
        .join(Household, Household.id == Hold.household_id)
        .where(Hold.id == hold_id, _visible(include_protected))
    )
    return session.scalar(statement)


def eligible_children(session: Session) -> int:
    """Return the number of children in the applied rosters; removed ones count too."""
    return session.scalar(select(func.count(Child.id)).where(Child.added.is_(False))) or 0


def added_children(session: Session) -> int:
    """Return the number of children added by order of the ward."""
    return session.scalar(select(func.count(Child.id)).where(Child.added)) or 0
