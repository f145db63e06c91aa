"""Behind PgBouncer in transaction mode: everything works, and every time limit holds."""

import random
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from portal.domain.people.households.models import Household
from portal.platform import migrations
from portal.platform.database import Database, make_engine
from portal.platform.waits import Waits
from tests.support.faults.cluster import PostgresServer, opened, reachable
from tests.support.faults.lab import Laboratory
from tests.support.faults.pooler import pooling

pytestmark = pytest.mark.long
FAMILIES = 24


def test_families_decline_through_a_pooler_with_four_connections(
    laboratory: Laboratory, dice: random.Random
) -> None:
    laboratory.add_families(FAMILIES)
    folder = reachable(laboratory.folder)
    with pooling(folder / "pooler", laboratory.server.port) as port:
        url = laboratory.server.url("portal", port)
        for _node in range(2):
            laboratory.node(url)
        load = laboratory.load(dice.randrange(1000), clients=6)
        laboratory.check(load)
        assert not load.statuses[503]
        for node in laboratory.nodes:
            node.stop()


def test_limits_hold_in_each_transaction_and_statements_stay_prepared(
    server: PostgresServer, tmp_path: Path
) -> None:
    server.create()
    reachable(tmp_path)
    with pooling(tmp_path / "pooler", server.port, size=2) as port:
        engine = make_engine(server.url("portal", port), waits=Waits(lock=1, statement=2, idle=3))
        database = Database(engine)
        wanted = ("1s", "2s", "3s", "UTC")
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        query = text(f"SELECT {', '.join(f'current_setting({n!r})' for n in (*names, 'timezone'))}")
        for _time in range(20):
            with database.write() as session:
                assert tuple(session.execute(query).one()) == wanted
        with pytest.raises(OperationalError), database.read() as session:
            session.execute(text("SELECT pg_sleep(10)"))
        with psycopg.connect(server.url("portal")) as holder:
            holder.execute("LOCK TABLE household IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(OperationalError), database.read() as session:
                session.scalars(select(Household.id)).all()
        _many_at_once(database)
        migrations.upgrade_tables(engine)
        engine.dispose()
    with opened(server.url("portal")) as direct, direct.read() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "4s", "a limit outlived a transaction"


def _many_at_once(database: Database) -> None:
    """More threads than the pooler has connections, each statement often enough to be prepared."""
    faults: list[str] = []

    def work() -> None:
        try:
            for number in range(40):
                with database.read() as session:
                    session.execute(select(Household.id).where(Household.id == number)).all()
                    session.execute(text(f"SELECT {number % 7}")).all()
        except Exception as error:  # noqa: BLE001  (a thread's fault is the test's)
            faults.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
