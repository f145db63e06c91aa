"""A row that is locked says what it says now, not what it said when it was read before."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.platform.database import Database
from tests.support.resident import NOON
from tests.support.work import work_in

LOCKS: dict[str, Callable[[Session, int], Task]] = {
    "select": lambda session, key: session.scalars(
        select(Task).where(Task.id == key).with_for_update()
    ).one(),
    "beside a column": lambda session, key: session.execute(
        select(Task, Task.kind).where(Task.id == key).with_for_update(of=Task)
    ).one()[0],
    "skipping": lambda session, key: session.scalars(
        select(Task).where(Task.id == key).with_for_update(skip_locked=True)
    ).one(),
    "get": lambda session, key: session.get_one(Task, key, with_for_update=True),
}


@pytest.mark.parametrize("way", LOCKS)
def test_a_row_is_read_anew_when_it_is_locked(postgres_database: Database, way: str) -> None:
    with postgres_database.write() as session:
        key = open_task(work_in(session), TaskKind.NEW_LETTER, None, {}).id
    with postgres_database.write() as session:
        before = session.get_one(Task, key)
        assert before.state == "open"
        with postgres_database.write() as other:
            finish_task(work_in(other), key)
        assert LOCKS[way](session, key) is before
        assert before.state == "done"


@pytest.mark.parametrize("way", LOCKS)
def test_what_this_transaction_changed_itself_is_kept(
    postgres_database: Database, way: str
) -> None:
    with postgres_database.write() as session:
        key = open_task(work_in(session), TaskKind.NEW_LETTER, None, {}).id
    with postgres_database.write() as session:
        session.get_one(Task, key).done_at = NOON
        assert LOCKS[way](session, key).done_at == NOON
