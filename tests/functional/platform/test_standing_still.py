"""A command that needs the database for itself: refused while anybody has it, and alone then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import OperationalError

from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.jobs.models import JobRecord
from portal.platform.database import Database, make_engine, opened
from portal.platform.migrations import create_tables
from portal.platform.standing_still import alone
from portal.platform.waits import Waits

IMPATIENT = Waits(lock=1, busy=1)


@pytest.fixture
def url(new_database: Callable[[bool], str]) -> str:
    made = new_database(False)
    engine = make_engine(made)
    create_tables(engine)
    engine.dispose()
    return made


def test_an_idle_connection_of_a_site_keeps_it_out(url: str) -> None:
    with opened(url) as site:
        with site.read() as session:
            session.execute(text("SELECT 1"))
        with pytest.raises(WrongStateError, match="portal work"), alone(url, DatabaseClock()):
            pass
    with alone(url, DatabaseClock()) as session:
        assert session.scalar(text("SELECT count(*) FROM job")) == 0


def test_a_program_that_starts_meanwhile_does_not_get_in(url: str) -> None:
    with alone(url, DatabaseClock()) as session:
        session.execute(text("SELECT 1"))
        site = Database(make_engine(url, waits=IMPATIENT))
        with pytest.raises(OperationalError), site.read() as other:
            other.execute(text("SELECT * FROM deployment"))
        site.engine.dispose()


def test_a_job_with_a_lease_keeps_it_out_until_the_lease_ends(url: str) -> None:
    clock = DatabaseClock()
    with opened(url) as worker, worker.write() as session:
        now = clock.now(session)
        session.add(JobRecord(name="j", next_at=now, every_seconds=1, lease_until=now + MINUTE))
    with pytest.raises(WrongStateError), alone(url, clock):
        pass
    with alone(url, DatabaseClock(2 * MINUTE)) as session:
        session.execute(delete(JobRecord))
    with alone(url, clock):
        pass


MINUTE = timedelta(minutes=1)
