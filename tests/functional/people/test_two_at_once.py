"""Two people act on the same row at once: whoever waited for the lock acts on what is there now.

Only PostgreSQL lets the second one read before the first has ended; SQLite keeps writers apart.
"""

from pathlib import Path

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.services import confirm, propose
from portal.domain.foundation.errors import DomainError
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.platform.database import Database
from portal.platform.site import Site
from tests.support.resident import Loop
from tests.support.staff import StaffSite, make_staff
from tests.support.work import work_in


@pytest.fixture
def postgresql(
    staff_base: Site, postgres_database: Database, background_loop: Loop, tmp_path: Path
) -> StaffSite:
    return make_staff(staff_base, postgres_database, background_loop, tmp_path)


def test_a_task_is_finished_by_one_of_them(postgresql: StaffSite) -> None:
    database = postgresql.database
    with database.write() as session:
        key = open_task(work_in(session), TaskKind.CALL_BACK, None, {}).id
    with database.write() as late:
        seen = late.get_one(Task, key)
        with database.write() as session:
            finish_task(work_in(session), key)
        with pytest.raises(DomainError):
            finish_task(work_in(late), key)
        assert seen.state == "done"
    assert len(postgresql.events("task.finish")) == 1


def test_a_proposal_is_confirmed_by_one_of_them(postgresql: StaffSite) -> None:
    database = postgresql.database
    people = [
        Actor(Role.WARD_OFFICER, postgresql.hire(Role.WARD_OFFICER).id, Organization.WARD)
        for _ in range(3)
    ]
    with database.write() as session:
        key = propose(work_in(session, people[0]), "close", "settlement", None).id
    with database.write() as late:
        seen = late.get_one(Approval, key)
        with database.write() as session:
            confirm(work_in(session, people[1]), key, ward_needed=False)
        with pytest.raises(DomainError):
            confirm(work_in(late, people[2]), key, ward_needed=False)
        assert seen.confirmed_by == people[1].id
