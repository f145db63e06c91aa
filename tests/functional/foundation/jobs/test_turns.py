"""A row that cannot be handled is set aside with an alarm; the rest goes on."""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import IntegrityFaultError, NotFoundError
from portal.domain.foundation.jobs import aside, leases
from portal.domain.foundation.jobs.models import JobAside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import NotTheRowsError, Outcome, RowJob
from portal.domain.foundation.work import Work, WorkSource
from portal.platform.database import Database
from tests.support.work import source_of
from tests.support.worker import Going

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Rows:
    """Rows of a job: those that fail, how, and those that were handled."""

    def __init__(self, database: Database, count: int, batch: int = 1) -> None:
        self.source: WorkSource = source_of(database, FixedClock(NOW))
        self.waiting = list(range(1, count + 1))
        self.faults: dict[int, Exception] = {}
        self.going = Going()
        self.job = RowJob(JobName.MATCH, MINUTE, "request", self.find, self.act, batch, 200)

    def find(self, _work: Work, _aside: Collection[int]) -> Sequence[int]:
        return list(self.waiting)

    def act(self, source: WorkSource, rows: Sequence[int]) -> None:
        with source.writing():
            for row in rows:
                if row in self.faults:
                    raise self.faults[row]
            self.waiting = [row for row in self.waiting if row not in rows]

    def turn(self) -> Outcome:
        return self.job.turn(self.source, self.going)

    def aside(self) -> dict[int, str]:
        with self.source.read() as session:
            return {row.subject_id: row.reason for row in session.scalars(select(JobAside))}

    def events(self) -> list[str]:
        with self.source.read() as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


@pytest.mark.parametrize("batch", [1, 5])
def test_damaged_rows_are_set_aside_and_all_others_are_handled(
    database: Database, batch: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = Rows(database, 12, batch)
    rows.faults = {3: IntegrityFaultError("Aoki Hana"), 7: KeyError("090-0000-0000")}
    with caplog.at_level(logging.ERROR, "portal.jobs"):
        assert rows.turn() == Outcome(handled=10, aside=2)
    assert rows.waiting == [3, 7]
    assert rows.aside() == {3: "IntegrityFaultError", 7: "KeyError"}
    assert rows.events() == ["job.row_set_aside"] * 2
    assert [line.message for line in caplog.records] == [
        "set aside: job=match request=3 reason=IntegrityFaultError",
        "set aside: job=match request=7 reason=KeyError",
    ]
    assert rows.turn() == Outcome()
    assert len(rows.aside()) == 2


def test_a_row_that_was_given_back_is_tried_again_at_once(database: Database) -> None:
    rows = Rows(database, 2)
    rows.faults = {1: IntegrityFaultError("")}
    with rows.source.writing() as work:
        leases.register(work, {JobName.MATCH: 600 * MINUTE})
    rows.turn()
    with rows.source.writing() as work:
        (key,) = work.session.scalars(select(JobAside.id))
        aside.take_back(work, key)
        assert leases.due(work.session, [JobName.MATCH], work.now) == [JobName.MATCH]
    rows.faults = {}
    assert rows.turn() == Outcome(handled=1)
    assert rows.aside() == {}
    assert rows.events() == ["job.row_set_aside", "job.row_taken_back"]
    with pytest.raises(NotFoundError), rows.source.writing() as work:
        aside.take_back(work, key)


def test_all_rows_of_a_job_are_given_back_together(database: Database) -> None:
    rows = Rows(database, 5)
    rows.faults = {2: ValueError(), 4: ValueError()}
    rows.turn()
    with rows.source.writing() as work:
        assert aside.take_all_back(work, JobName.REMIND) == 0
        assert aside.take_all_back(work, JobName.MATCH) == 2
    assert rows.aside() == {}


def test_when_every_row_fails_it_is_not_the_rows_and_none_is_set_aside(database: Database) -> None:
    rows = Rows(database, 30)
    rows.faults = {row: IntegrityFaultError("") for row in rows.waiting}
    with pytest.raises(NotTheRowsError):
        rows.turn()
    assert rows.aside() == {}


def test_a_database_that_is_away_sets_no_row_aside(database: Database) -> None:
    rows = Rows(database, 5)
    away = OperationalError("", {}, Exception())
    rows.faults = {1: away}
    assert rows.turn() == Outcome(handled=4)
    rows.waiting, rows.faults = [1, 2, 3, 4], dict.fromkeys((1, 2, 3), away)
    with pytest.raises(OperationalError):
        rows.turn()
    assert rows.waiting == [1, 2, 3, 4]
    assert rows.aside() == {}


def test_a_turn_ends_after_the_row_at_hand_when_its_worker_stops(database: Database) -> None:
    rows = Rows(database, 5)
    act = rows.act

    def act_and_stop(source: WorkSource, few: Sequence[int]) -> None:
        act(source, few)
        rows.going.stopped = True

    rows.job = RowJob(JobName.MATCH, MINUTE, "request", rows.find, act_and_stop)
    assert rows.turn() == Outcome(handled=1, more=True)
    assert rows.waiting == [2, 3, 4, 5]
