"""Each job is run by one worker at a time; one that died is followed by another after its lease."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs import leases
from portal.domain.foundation.jobs.leases import Holder, Lease
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.queries import JobStatus, job_statuses
from portal.domain.foundation.work import WorkSource
from portal.platform.database import Database
from tests.support.work import source_of

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE, TWO = Holder("one"), Holder("two")
MATCH, REMIND = JobName.MATCH, JobName.REMIND


class Workers:
    """Two workers on one database, and the clock of the database."""

    def __init__(self, database: Database) -> None:
        self.clock = FixedClock(NOW)
        self.source: WorkSource = source_of(database, self.clock)
        with self.source.writing() as work:
            leases.register(work, {MATCH: MINUTE, REMIND: 10 * MINUTE})
        self.clock.instant += MINUTE

    def claim(self, holder: Holder, name: JobName = MATCH) -> Lease | None:
        with self.source.writing() as work:
            return leases.claim(work, name, holder)

    def must_claim(self, holder: Holder) -> Lease:
        lease = self.claim(holder)
        assert lease is not None
        return lease

    def finish(self, lease: Lease, handled: int = 0, *, more: bool = False) -> bool:
        with self.source.writing() as work:
            return leases.finish(work, lease, handled, more=more)

    def fail(self, lease: Lease) -> bool:
        with self.source.writing() as work:
            return leases.fail(work, lease, "SomeError")

    def prolong(self, lease: Lease, holder: Holder) -> bool:
        with self.source.writing() as work:
            return leases.prolong(work, lease, holder)

    def due(self) -> list[JobName]:
        with self.source.reading() as work:
            return leases.due(work.session, (MATCH, REMIND), work.now)

    def status(self) -> JobStatus:
        with self.source.reading() as work:
            return job_statuses(work.session, work.now)[0]


@pytest.fixture
def workers(database: Database) -> Workers:
    return Workers(database)


def test_a_job_runs_for_the_first_time_after_its_interval(workers: Workers) -> None:
    assert workers.due() == [MATCH]
    assert workers.claim(ONE, REMIND) is None
    workers.clock.instant += 9 * MINUTE
    assert workers.due() == [MATCH, REMIND]


def test_one_worker_has_a_job_and_the_other_gets_it_after_the_turn(workers: Workers) -> None:
    lease = workers.must_claim(ONE)
    assert workers.claim(TWO) is None
    assert workers.due() == []
    assert workers.finish(lease, 3)
    status = workers.status()
    assert (status.handled, status.failures, status.running) == (3, 0, False)
    assert status.last_success == workers.clock.instant
    assert workers.claim(TWO) is None  # not due
    workers.clock.instant += MINUTE
    assert workers.claim(TWO) is not None


def test_a_worker_that_died_is_followed_after_its_lease_and_then_changes_nothing(
    workers: Workers,
) -> None:
    dead = workers.must_claim(ONE)
    workers.clock.instant += ONE.lease - timedelta(microseconds=1)
    assert workers.claim(TWO) is None
    workers.clock.instant += timedelta(microseconds=1)
    assert workers.due() == [MATCH]
    taken = workers.must_claim(TWO)
    assert not workers.finish(dead, 9)
    assert not workers.fail(dead)
    assert not workers.prolong(dead, ONE)
    assert workers.status().running
    assert workers.finish(taken, 1)
    assert workers.status().handled == 1


def test_a_turn_whose_lease_ended_changes_nothing_of_the_same_workers_next_turn(
    workers: Workers,
) -> None:
    late = workers.must_claim(ONE)
    workers.clock.instant += ONE.lease
    taken = workers.must_claim(ONE)
    assert not workers.finish(late, 9)
    assert not workers.fail(late)
    assert not workers.prolong(late, ONE)
    assert workers.finish(taken, 1)
    assert workers.status().handled == 1


def test_a_lease_that_is_prolonged_does_not_end(workers: Workers) -> None:
    lease = workers.must_claim(ONE)
    for _beat in range(8):
        workers.clock.instant += ONE.lease / 4
        assert workers.prolong(lease, ONE)
    assert workers.claim(TWO) is None


def test_a_worker_that_stops_gives_the_job_back_at_once(workers: Workers) -> None:
    lease = workers.must_claim(ONE)
    with workers.source.writing() as work:
        assert leases.give_back(work, lease)
    assert workers.claim(TWO) is not None


def test_more_rows_make_the_next_turn_due_at_once(workers: Workers) -> None:
    assert workers.finish(workers.must_claim(ONE), 20, more=True)
    assert workers.claim(TWO) is not None


def test_failures_are_counted_until_a_turn_succeeds(workers: Workers) -> None:
    for _turn in range(3):
        assert not workers.status().failing
        assert workers.fail(workers.must_claim(ONE))
        workers.clock.instant += MINUTE
    status = workers.status()
    assert (status.failures, status.reason, status.failing) == (3, "SomeError", True)
    workers.finish(workers.must_claim(TWO))
    assert (workers.status().failures, workers.status().reason) == (0, None)


def test_a_job_that_runs_seldom_is_tried_again_after_a_minute(workers: Workers) -> None:
    workers.clock.instant += 9 * MINUTE
    lease = workers.claim(ONE, REMIND)
    assert lease is not None
    workers.fail(lease)
    workers.clock.instant += MINUTE
    assert workers.claim(ONE, REMIND) is not None
