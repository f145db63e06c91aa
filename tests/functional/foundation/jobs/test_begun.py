"""What somebody begins on the staff site: once, in their name, and never lost with a worker."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import NotFoundError, WrongStateError
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.begun import TakenTask
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.work import WorkSource
from portal.platform.database import Database
from tests.support.staff import hire
from tests.support.work import source_of

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
ONE, TWO = Holder("one"), Holder("two")
RUN = 7


class Queue:
    """Tasks that an officer began."""

    def __init__(self, database: Database) -> None:
        self.clock = FixedClock(NOW)
        key = hire(database, NOW, Role.OFFICER, "officer").id
        self.officer = officer = Actor(Role.OFFICER, key, Organization.CONTRACTOR)
        self.source: WorkSource = source_of(database, self.clock, officer)

    def begin(self, run: int = RUN) -> int:
        with self.source.writing() as work:
            return begun.begin(work, BegunKind.ARCHIVE, run, company=3).id

    def take(self, holder: Holder) -> TakenTask | None:
        with self.source.writing() as work:
            return begun.take(work, holder)

    def must_take(self, holder: Holder) -> TakenTask:
        task = self.take(holder)
        assert task is not None
        return task

    def task(self, key: int) -> BegunTask:
        with self.source.read() as session:
            row = session.get_one(BegunTask, key)
            session.expunge(row)
            return row

    def events(self) -> list[tuple[str, int | None]]:
        with self.source.read() as session:
            rows = session.execute(
                select(AuditEvent.action, AuditEvent.actor_id)
                .where(AuditEvent.subject == "begun_task")
                .order_by(AuditEvent.id)
            )
            return [(action, actor) for action, actor in rows]


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def test_it_is_carried_out_once_in_the_name_of_who_began_it(queue: Queue) -> None:
    key = queue.begin()
    assert queue.begin() == key  # pressed twice
    task = queue.must_take(ONE)
    assert (task.kind, task.subject_id, task.detail) == (BegunKind.ARCHIVE, RUN, {"company": 3})
    assert (task.actor.id, task.actor.role) == (queue.officer.id, Role.OFFICER)
    assert task.actor.organization == queue.officer.organization
    assert queue.take(TWO) is None
    with queue.source.writing() as work:
        begun.finish(work, task)
    assert queue.task(key).state == "done"
    assert queue.take(TWO) is None
    assert [action for action, _who in queue.events()] == [
        "begun_task.begin",
        "begun_task.take",
        "begun_task.finish",
    ]
    assert queue.begin() != key


def test_a_rule_that_refuses_is_told_in_its_sentence(queue: Queue) -> None:
    key = queue.begin()
    task = queue.must_take(ONE)
    with queue.source.writing() as work:
        begun.refuse(work, task, "もう作ってあります。")
    found = queue.task(key)
    assert (found.is_refused, found.said) == (True, "もう作ってあります。")


def test_one_whose_worker_died_is_taken_over_after_the_lease(queue: Queue) -> None:
    key = queue.begin()
    dead = queue.must_take(ONE)
    queue.clock.instant += ONE.lease - timedelta(microseconds=1)
    assert queue.take(TWO) is None
    queue.clock.instant += timedelta(microseconds=1)
    taken = queue.must_take(TWO)
    with queue.source.writing() as work:
        begun.finish(work, dead)  # it was only slow, and must not end what another does
    assert queue.task(key).state == "running"
    with queue.source.writing() as work:
        begun.finish(work, taken)
    assert queue.task(key).state == "done"


def test_a_lease_that_is_kept_does_not_end(queue: Queue) -> None:
    queue.begin()
    task = queue.must_take(ONE)
    for _beat in range(8):
        queue.clock.instant += ONE.lease / 4
        with queue.source.writing() as work:
            assert begun.keep(work, task, ONE)
    assert queue.take(TWO) is None


def test_one_that_a_stopping_worker_gives_back_is_taken_at_once(queue: Queue) -> None:
    queue.begin()
    task = queue.must_take(ONE)
    with queue.source.writing() as work:
        begun.give_back(work, task)
    assert queue.must_take(TWO).tries == 1


def test_one_that_kills_its_worker_three_times_is_given_up_until_a_person_tries_again(
    queue: Queue,
) -> None:
    key, after = queue.begin(), queue.begin(RUN + 1)
    for _try in range(3):
        assert queue.must_take(ONE).id == key
        queue.clock.instant += ONE.lease
    assert queue.take(TWO) is None
    assert (queue.task(key).state, queue.task(key).reason) == ("failed", "worker_died")
    assert queue.must_take(TWO).id == after
    with queue.source.writing() as work:
        begun.try_again(work, key)
    assert queue.must_take(ONE).id == key
    with pytest.raises(WrongStateError), queue.source.writing() as work:
        begun.try_again(work, key)
    with pytest.raises(NotFoundError), queue.source.writing() as work:
        begun.try_again(work, 999)
