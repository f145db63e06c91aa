"""Read the tasks that wait for the staff."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState

# built once: building a statement takes as long as running it
OF_HOUSEHOLD = (
    select(Task)
    .where(Task.household_id == bindparam("household_id"))
    .order_by(Task.id.desc())
    .limit(50)
)


def open_tasks(session: Session, *, kind: str | None = None, limit: int = 50) -> list[Task]:
    """Return the open tasks, oldest first."""
    statement = (
        select(Task)
        .where(Task.state == TaskState.OPEN)
        .order_by(Task.created_at, Task.id)
        .limit(limit)
    )
    if kind is not None:
        statement = statement.where(Task.kind == kind)
    return list(session.scalars(statement))


def counts(session: Session) -> dict[str, int]:
    """Return the number of open tasks of each kind."""
    rows = session.execute(
        select(Task.kind, func.count()).where(Task.state == TaskState.OPEN).group_by(Task.kind)
    )
    return dict(rows.all())


def open_of(session: Session, kind: str, household_id: int) -> Task | None:
    """Return a household's open task of a kind; None if it has none."""
    return session.scalar(
        select(Task).where(
            Task.kind == kind, Task.household_id == household_id, Task.state == TaskState.OPEN
        )
    )


def tasks_of(session: Session, household_id: int) -> list[Task]:
    """Return a household's tasks, newest first."""
    return list(session.scalars(OF_HOUSEHOLD, {"household_id": household_id}))
