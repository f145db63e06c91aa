"""What one request waits for its database counts together, and ends in time."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from admin.app import make_staff_site
from portal.app import make_resident_site
from portal.platform.database import Database
from portal.platform.lost import is_lost
from portal.platform.outages import Outage, outage_of
from portal.platform.patience import GRACE, PatienceEndedError, one_request
from portal.platform.site import Site
from portal.settings import Settings
from tests.support.databases.fixtures import NewDatabase

LIMIT = 1.0


def limits(session: Session) -> dict[str, int]:
    """The limits of a transaction on PostgreSQL, in milliseconds."""
    names = text("SELECT name, setting::int FROM pg_settings WHERE name LIKE '%\\_timeout'")
    return {row.name: row.setting for row in session.execute(names)}


def busy_milliseconds(session: Session) -> int:
    return int(session.execute(text("PRAGMA busy_timeout")).scalar_one())


def test_what_was_waited_before_shortens_the_limits_of_the_next_transaction(
    postgres_database: Database,
) -> None:
    with one_request(LIMIT, 0.8), postgres_database.write() as session:
        found = limits(session)
    assert 0 < found["lock_timeout"] <= 200
    assert 0 < found["statement_timeout"] <= 200
    with postgres_database.write() as session:
        assert limits(session)["lock_timeout"] == 120_000, "a limit outlived its request"


def test_the_same_on_sqlite(sqlite_database: Database) -> None:
    with one_request(LIMIT, 0.8), sqlite_database.write() as session:
        assert 0 < busy_milliseconds(session) <= 200
    with sqlite_database.write() as session:
        assert busy_milliseconds(session) == 120_000, "a limit outlived its request"


def test_sqlites_writers_begin_in_the_order_in_which_they_came(sqlite_database: Database) -> None:
    began: list[int] = []

    def write(number: int) -> None:
        with sqlite_database.write() as session:
            session.execute(text("SELECT 1"))
            began.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    with sqlite_database.write() as session:
        session.execute(text("SELECT 1"))
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert began == list(range(12))


def test_who_waits_for_a_writer_of_sqlite_waits_no_longer_than_the_request_may(
    sqlite_database: Database,
) -> None:
    refused: list[float] = []

    def write() -> None:
        began = time.monotonic()
        with (
            one_request(LIMIT, 0.8),
            pytest.raises(PatienceEndedError),
            sqlite_database.write(),
        ):
            pass
        refused.append(time.monotonic() - began)

    with sqlite_database.write() as session:
        session.execute(text("SELECT 1"))
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert 0.15 < refused[0] < LIMIT
    with sqlite_database.write() as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_request_that_waited_as_long_as_it_may_begins_nothing_more(
    database: Database, kind: str
) -> None:
    opened = database.read if kind == "read" else database.write
    with pytest.raises(PatienceEndedError) as ended, one_request(LIMIT, LIMIT), opened():
        pass
    assert is_lost(ended.value)
    assert outage_of(ended.value) is Outage.SLOW


def ask(database: Database, *statements: str) -> None:
    """One request with one transaction."""
    with one_request(LIMIT, 0), database.read() as session:
        for statement in statements:
            session.execute(text(statement))


@pytest.mark.parametrize(
    "statements",
    [
        ["SELECT pg_sleep(0.3)"] * 20,
        ["SET LOCAL statement_timeout = 0", "SELECT pg_sleep(60)"],
    ],
    ids=["many that are quick", "a server that says nothing"],
)
def test_a_request_ends_in_time_and_the_next_one_is_served(
    postgres_database: Database, statements: list[str]
) -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError) as ended:
        ask(postgres_database, *statements)
    assert time.monotonic() - began < LIMIT + GRACE + 0.5
    assert is_lost(ended.value)
    ask(postgres_database, "SELECT 1")


@pytest.fixture(params=[make_resident_site, make_staff_site], ids=["resident", "staff"])
def site(
    request: pytest.FixtureRequest, new_postgres: NewDatabase, resident_settings: Settings
) -> Iterator[Site]:
    made = request.param(replace(resident_settings, database_url=new_postgres(True)))
    yield made
    made.database.engine.dispose()


def test_families_are_told_sooner_than_staff(site: Site) -> None:
    request, lock, statement, idle = {
        "resident": (1.2, 2_000, 5_000, 10_000),
        "staff": (0, 4_000, 30_000, 20_000),
    }[site.kind]
    assert site.database.request == request
    with site.database.read() as session:
        found = limits(session)
    assert found["lock_timeout"] == lock
    assert found["statement_timeout"] == statement
    assert found["idle_in_transaction_session_timeout"] == idle
