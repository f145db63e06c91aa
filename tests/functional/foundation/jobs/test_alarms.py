"""What of the jobs is an alarm, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs import aside, begun, leases
from portal.domain.foundation.jobs.alarms import AlarmKind, alarms
from portal.domain.foundation.jobs.aside import RowOfJob
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.names import BegunKind, JobName
from portal.domain.foundation.jobs.queries import NO_WORKER_AFTER, no_worker, workers
from portal.domain.foundation.program.deployment import keep_deployment
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.work import WorkSource
from portal.platform.database import Database
from tests.support.work import source_of

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
MINUTE, TICK = timedelta(minutes=1), timedelta(microseconds=1)
ONE = Holder("one")


class Watched:
    """A database with a worker and two jobs, and what of them is an alarm."""

    def __init__(self, database: Database) -> None:
        self.clock = FixedClock(NOW)
        self.source: WorkSource = source_of(database, self.clock)
        with self.source.writing() as work:
            leases.register(work, {JobName.MATCH: MINUTE, JobName.SMS: MINUTE / 2})

    def beat(self) -> None:
        with self.source.writing() as work:
            leases.beat(work, ONE)
            leases.note_lane(work, JobName.SMS, None)

    def turn(self, reason: str | None = None) -> None:
        with self.source.writing() as work:
            lease = leases.claim(work, JobName.MATCH, ONE, at_once=True)
            assert lease is not None
            if reason is None:
                leases.finish(work, lease, 0)
            else:
                leases.fail(work, lease, reason)

    def alarms(self) -> list[tuple[AlarmKind, JobName | None]]:
        with self.source.read() as session:
            return [(one.kind, one.job) for one in alarms(session, self.clock.instant)]


@pytest.fixture
def watched(database: Database) -> Watched:
    watched = Watched(database)
    watched.beat()
    return watched


def test_all_is_well_while_a_worker_runs_its_jobs(watched: Watched) -> None:
    for _minute in range(20):
        watched.clock.instant += MINUTE
        watched.beat()
        watched.turn()
        assert watched.alarms() == []


def test_without_a_worker_for_five_minutes_nothing_is_sent_and_that_is_the_alarm(
    watched: Watched,
) -> None:
    watched.clock.instant += NO_WORKER_AFTER
    with watched.source.read() as session:
        assert not no_worker(session, watched.clock.instant)
        assert [one.alive for one in workers(session, watched.clock.instant)] == [True]
    watched.clock.instant += TICK
    assert watched.alarms() == [(AlarmKind.NO_WORKER, None)]


def test_a_new_deployment_has_five_minutes_for_its_first_worker(database: Database) -> None:
    made = Deployment(program="sample", key_check=b"", created_at=NOW)
    with database.write() as session:
        keep_deployment(session, made)
        assert not no_worker(session, NOW + NO_WORKER_AFTER)
        assert no_worker(session, NOW + NO_WORKER_AFTER + TICK)


def test_a_worker_that_ended_by_itself_is_not_shown_as_running(watched: Watched) -> None:
    with watched.source.writing() as work:
        leases.leave(work, ONE)
        assert workers(work.session, work.now) == []


def test_a_job_that_does_not_run_beside_a_living_worker_is_late(watched: Watched) -> None:
    watched.turn()
    for _minute in range(7):
        watched.clock.instant += MINUTE
        watched.beat()
    assert (AlarmKind.LATE, JobName.MATCH) in watched.alarms()


def test_three_failures_in_a_row_are_an_alarm_and_two_are_not(watched: Watched) -> None:
    watched.turn("IntegrityFaultError")
    watched.turn("IntegrityFaultError")
    assert watched.alarms() == []
    watched.turn("IntegrityFaultError")
    assert watched.alarms() == [(AlarmKind.FAILING, JobName.MATCH)]
    watched.turn()
    assert watched.alarms() == []


def test_a_row_set_aside_and_a_task_that_does_not_end_are_alarms(watched: Watched) -> None:
    with watched.source.writing() as work:
        aside.set_aside(work, RowOfJob(JobName.MATCH, "request", 5), "KeyError")
        begun.begin(work, BegunKind.PROOF, 1)
    assert watched.alarms() == [(AlarmKind.ASIDE, JobName.MATCH)]
    for _minute in range(61):
        watched.clock.instant += MINUTE
        watched.beat()
        watched.turn()
    assert watched.alarms() == [
        (AlarmKind.ASIDE, JobName.MATCH),
        (AlarmKind.BEGUN, JobName.BEGUN),
    ]
