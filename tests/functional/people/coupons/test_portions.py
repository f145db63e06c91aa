"""A ward's codes in portions: each costs its own size, and all that is checked stays so."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, update

from portal.domain.foundation.errors import ConflictError
from portal.domain.people.coupons import portions
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.portions import assign_in_portions
from portal.domain.people.coupons.queries import state_counts
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import void_unseen
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database
from tests.support.coupons import NOW, add_households, load_codes
from tests.support.work import source_of, work_in

READ = """
    SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class WHERE relkind IN ('r', 'i')
    AND relnamespace = 'public'::regnamespace
"""
"""Rows of tables and entries of indexes that this transaction has read so far."""


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PORTION", 4)


def ward(database: Database, folder: Path, families: int, codes: int) -> None:
    """Make a ward of families with one child each, whose protection is known."""
    with database.write() as session:
        add_households(session, families)
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    load_codes(database, folder, codes)


def stock(database: Database) -> int:
    with database.read() as session:
        return state_counts(session)["stock"]


def with_code(database: Database) -> list[int]:
    """Return the households that have a code, each as often as it has."""
    with database.read() as session:
        owners = select(Entitlement.household_id).join(
            Coupon, Coupon.entitlement_id == Entitlement.id
        )
        return sorted(session.scalars(owners))


def after(given: int, happens: Callable[[], object]) -> Callable[[int, int], None]:
    """Let something happen between two portions, once so many have a code."""

    def progress(count: int, _of: int) -> None:
        if count == given:
            happens()

    return progress


@dataclass
class Spent:
    """What each transaction that wrote has cost: statements, and what the database read."""

    statements: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    asked: int = 0
    steps: int = 0
    begun: int = 0

    def statement(self, connection: Connection, *_others: object) -> None:
        """Before a statement: the first of a transaction says from where on it is counted."""
        if not self.asked:
            self.begun = self._so_far(connection)
        self.asked += 1

    def commit(self, connection: Connection) -> None:
        self.statements.append(self.asked)
        self.read.append(self._so_far(connection) - self.begun)
        self.asked = 0

    def rollback(self, _connection: Connection) -> None:
        self.asked = 0

    def _so_far(self, connection: Connection) -> int:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if isinstance(driver, sqlite3.Connection):
            driver.set_progress_handler(self._step, 1)
            return self.steps
        cursor = driver.cursor()
        cursor.execute(READ)
        (read,) = cursor.fetchone() or (0,)
        cursor.close()
        return int(read)

    def _step(self) -> int:
        self.steps += 1
        return 0


@contextmanager
def spent(database: Database) -> Iterator[Spent]:
    """Count, on SQLite, the steps of its machine, on PostgreSQL rows and entries of indexes."""
    found = Spent()
    listeners = {
        "before_cursor_execute": found.statement,
        "commit": found.commit,
        "rollback": found.rollback,
    }
    for name, listener in listeners.items():
        event.listen(database.engine, name, listener)
    try:
        yield found
    finally:
        for name, listener in listeners.items():
            event.remove(database.engine, name, listener)


def test_a_portion_costs_its_own_size_however_many_have_a_code(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION", 25)
    ward(database, tmp_path, 2_000, 2_020)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.exec_driver_sql("ANALYZE")
    with spent(database) as cost:
        done = assign_in_portions(source_of(database), Reserve(20), lambda *_step: None)
    assert done.count == 2_000
    assert len(cost.read) >= 81
    between, counted = cost.read[-80:-4], cost.read[-1]
    early, late = max(between[:10]), max(between[-10:])
    assert late < 1.5 * early, "what was assigned before is read again"
    assert max(between) < counted / 5, "a portion reads the whole ward"
    assert len(set(cost.statements[-80:-4])) == 1


def test_two_runs_at_once_give_one_code_each_and_none_of_the_reserve(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 202, 209)

    def run(_number: int) -> int:
        return assign_in_portions(source_of(database), Reserve(7), lambda *_step: None).count

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 202
    assert with_code(database) == list(range(1, 203))
    assert stock(database) == 7


def test_a_code_given_meanwhile_for_a_lost_one_is_not_missing_in_the_reserve(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 35)

    def lost() -> None:
        with database.write() as session:
            coupon = session.scalars(
                select(Coupon).where(Coupon.entitlement_id.is_not(None)).order_by(Coupon.id)
            ).first()
            assert coupon is not None
            assert coupon.entitlement_id is not None
            owner = coupon.entitlement_id
            void_unseen(work_in(session), coupon.id, reason="lost")
            assign_replacement(work_in(session), owner)

    with pytest.raises(ConflictError, match="1件足りません"):
        assign_in_portions(source_of(database), Reserve(5), after(8, lost))
    assert stock(database) >= 5
    assert len(set(with_code(database))) == 28, "all whole portions were given"


def test_codes_that_come_meanwhile_fill_up_what_others_took(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 30)

    def taken_and_loaded() -> None:
        load_codes(database, tmp_path, 3, seed=2)
        with database.write() as session:
            first = select(Coupon.id).where(Coupon.state == "stock").order_by(Coupon.id).limit(2)
            session.execute(update(Coupon).where(Coupon.id.in_(first)).values(face_yen=1))

    done = assign_in_portions(source_of(database), Reserve(), after(8, taken_and_loaded))
    assert (done.count, with_code(database)) == (30, list(range(1, 31)))


def test_children_who_come_meanwhile_get_none_of_the_reserve(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 35)

    def come() -> None:
        with database.write() as session:
            add_households(session, 20, first_id=31)

    with pytest.raises(ConflictError):
        assign_in_portions(source_of(database), Reserve(5), after(8, come))
    assert stock(database) >= 5


class Later:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self, _session: object) -> datetime:
        return self.instant

    def at(self, _stated: datetime) -> datetime:
        return self.instant


def test_a_batch_that_ends_meanwhile_gives_no_more_codes(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 40)
    load_codes(database, tmp_path, 40, seed=2)
    clock, end = Later(), NOW + timedelta(hours=1)
    with database.write() as session:
        first = select(func.min(CouponBatch.id)).scalar_subquery()
        session.execute(update(CouponBatch).where(CouponBatch.id == first).values(exchange_end=end))

    def ended() -> None:
        clock.instant = end

    assert assign_in_portions(source_of(database, clock), Reserve(), after(8, ended)).count == 30
    with database.read() as session:
        by_batch = (
            select(func.count())
            .where(Coupon.state == "assigned")
            .group_by(Coupon.batch_id)
            .order_by(Coupon.batch_id)
        )
        assert session.scalars(by_batch).all() == [8, 22]


def test_a_reserve_that_ends_meanwhile_is_kept_from_what_is_left(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 32)
    load_codes(database, tmp_path, 10, seed=2)
    clock, end = Later(), NOW + timedelta(hours=1)
    with database.write() as session:
        last = select(func.max(CouponBatch.id)).scalar_subquery()
        session.execute(update(CouponBatch).where(CouponBatch.id == last).values(exchange_end=end))

    def ended() -> None:
        clock.instant = end

    with pytest.raises(ConflictError):
        assign_in_portions(source_of(database, clock), Reserve(5), after(8, ended))
    assert stock(database) >= 5 + 10, "ten of them have ended"


def test_who_is_protected_meanwhile_gets_none_and_who_is_free_again_gets_one(
    database: Database, tmp_path: Path
) -> None:
    ward(database, tmp_path, 30, 30)

    def protect(**households: bool) -> None:
        with database.write() as session:
            for name, protected in households.items():
                one = update(Household).where(Household.id == int(name.removeprefix("of_")))
                session.execute(one.values(protected=protected))

    protect(of_2=True)
    change = after(8, lambda: protect(of_2=False, of_25=True))
    assign_in_portions(source_of(database), Reserve(), change)
    assert with_code(database) == [number for number in range(1, 31) if number != 25]
