"""Transactions on PostgreSQL: BEGIN goes with our first statement, or is left to the driver."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from portal.platform.database import Database, FormLock, opened
from portal.platform.lost import sqlstate
from portal.platform.waits import Waits

LEVELS = ("AUTOCOMMIT", "REPEATABLE READ")
KEEP = text("INSERT INTO idempotency_key (key, at) VALUES (:key, now()) ON CONFLICT DO NOTHING")
KEPT = text("SELECT count(*) FROM idempotency_key WHERE key = :key")


@pytest.fixture
def one_line(postgres_database: Database) -> Iterator[Engine]:
    """An engine whose line no other test had: each transaction follows on the one before."""
    with opened(postgres_database.engine.url.render_as_string(hide_password=False)) as database:
        yield database.engine


def taken_back(engine: Engine) -> bool:
    """Write, fail, and tell whether nothing of it is there."""
    with pytest.raises(ZeroDivisionError):
        _fail(engine)
    with Database(engine).read() as session:
        left: int = session.execute(KEPT, {"key": "failed"}).scalar_one()
    return left == 0


def test_what_fails_is_taken_back_whole(one_line: Engine) -> None:
    assert taken_back(one_line)
    assert taken_back(one_line)


def _fail(engine: Engine) -> None:
    with Database(engine).write() as session:
        session.execute(KEEP, {"key": "failed"})
        raise ZeroDivisionError


@pytest.mark.parametrize("level", LEVELS)
def test_it_is_so_after_a_transaction_with_a_level_of_its_own(one_line: Engine, level: str) -> None:
    with one_line.connect().execution_options(isolation_level=level) as line:
        line.execute(KEPT, {"key": "failed"})
        line.commit()
    assert taken_back(one_line)


def test_without_a_transaction_each_statement_stands(one_line: Engine) -> None:
    with one_line.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(KEEP, {"key": "stands"})
        line.rollback()
        assert line.execute(KEPT, {"key": "stands"}).scalar_one() == 1
        line.execute(text("VACUUM idempotency_key"))


def test_a_snapshot_stays_as_it_was(one_line: Engine, postgres_database: Database) -> None:
    with one_line.connect().execution_options(isolation_level="REPEATABLE READ") as line:
        before = line.execute(KEPT, {"key": "later"}).scalar_one()
        with postgres_database.write() as session:
            session.execute(KEEP, {"key": "later"})
        assert line.execute(KEPT, {"key": "later"}).scalar_one() == before == 0


def test_who_waits_in_vain_for_the_first_try_of_a_form_waits_once(
    postgres_database: Database,
) -> None:
    address = postgres_database.engine.url.render_as_string(hide_password=False)
    first, again = FormLock(7), FormLock(7, alone=True)
    with opened(address, Waits(lock=0.5)) as database, postgres_database.write(first):
        begun = time.monotonic()
        with pytest.raises(OperationalError) as refused, database.write(again):
            pass
        assert time.monotonic() - begun < 0.9
    assert sqlstate(refused.value) == "55P03"
