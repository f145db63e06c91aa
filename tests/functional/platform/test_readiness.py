"""``/readyz``: asks the database by writing, seldom; takes no node away for somebody's lock."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event, text

from portal.platform.database import Database, make_engine
from portal.platform.readiness import EVERY, PATIENT, Readiness
from tests.support.databases.pools import Cluster, new_name
from tests.support.resident import Resident


@dataclass
class Watch:
    """A clock that a test moves."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Writes:
    """How often the row was written."""

    statements: list[str] = field(default_factory=list)

    def listen(self, database: Database) -> "Writes":
        event.listen(database.engine, "before_cursor_execute", self._note)
        return self

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO readiness"):
            self.statements.append(statement)


def written(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT count(*) FROM readiness")).scalar_one())


def test_a_row_is_written_at_most_once_in_ten_seconds(database: Database) -> None:
    watch, writes = Watch(), Writes().listen(database)
    readiness = Readiness(database, watch)
    for _poll in range(5):
        assert readiness.reason() is None
    assert len(writes.statements) == 1
    watch.seconds += EVERY - 0.1
    assert readiness.reason() is None
    assert len(writes.statements) == 1
    watch.seconds += 0.2
    assert readiness.reason() is None
    assert len(writes.statements) == 2
    assert written(database) == 1


def test_a_lock_of_somebody_else_is_no_reason(database: Database) -> None:
    watch = Watch()
    readiness = Readiness(database, watch)
    assert readiness.reason() is None
    with database.write() as busy:
        busy.execute(text("UPDATE readiness SET written_at = written_at"))
        watch.seconds += EVERY
        asked = time.monotonic()
        assert readiness.reason() is None
        assert time.monotonic() - asked < PATIENT
    watch.seconds += EVERY
    assert readiness.reason() is None


@pytest.fixture
def reader(postgres_database: Database, postgres_cluster: Cluster) -> Iterator[str]:
    """Address of the database for a role that may only read."""
    name = new_name("reader_")
    with postgres_database.write() as session:
        session.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'reader'"))
        session.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    url = postgres_database.engine.url.set(username=name, password="reader")
    yield url.render_as_string(hide_password=False)
    with postgres_database.write() as session:
        session.execute(text(f"DROP OWNED BY {name}"))
        session.execute(text(f"DROP ROLE {name}"))


def test_who_may_only_read_is_not_ready_and_the_log_says_why(
    reader: str, caplog: pytest.LogCaptureFixture
) -> None:
    reading = Database(make_engine(reader))
    with caplog.at_level(logging.INFO, "portal.readiness"):
        assert Readiness(reading).reason() == "read_only"
    assert "read_only" in caplog.text
    reading.engine.dispose()


def test_a_lost_database_is_found_and_found_again(
    new_sqlite: Callable[[bool], str], caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch()
    readiness = Readiness(Database(make_engine("sqlite:////nowhere/portal.sqlite3")), watch)
    assert readiness.reason() == "database_lost"
    watch.seconds += 1
    assert readiness.reason() == "database_lost"
    assert caplog.text.count("not ready") == 1
    readiness._database = Database(make_engine(new_sqlite(True)))
    watch.seconds += EVERY
    assert readiness.reason() is None
    readiness._database.engine.dispose()


@pytest.mark.asvs("16.5.1")
def test_the_answer_tells_no_reason(resident: Resident) -> None:
    with resident.database.write() as session:
        session.execute(text("DROP TABLE readiness"))
    answer = resident.visitor().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert resident.visitor().get("/healthz").status_code == 200
