"""An upgrade is whole or not at all, waits only so long, and two at once do it once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from portal.domain.foundation.errors import InputError
from portal.platform.database import make_engine
from portal.platform.migrations import Limits, create_tables, upgrade_tables
from portal.platform.schema import revisions
from tests.support.databases.catalog import catalog
from tests.support.databases.migrations import later_versions
from tests.support.programs.servers import PATIENCE

pytestmark = pytest.mark.matrix

SHORT = Limits(turn=0.3, lock=0.3, statement=0.5)


def revision(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def test_a_failing_migration_leaves_everything_as_it_was(own: Engine, tmp_path: Path) -> None:
    before = catalog(own)
    broken = later_versions(tmp_path, 'op.execute("INSERT INTO request (id) VALUES (NULL)")')
    with pytest.raises(InputError, match="何も変わっていません"):
        upgrade_tables(own, versions=broken)
    assert catalog(own) == before
    assert revision(own) == revisions()[-1]


def test_what_is_in_use_is_waited_for_only_so_long(own: Engine, tmp_path: Path) -> None:
    before = catalog(own)
    versions = later_versions(tmp_path)
    with own.connect() as busy:
        busy.execute(text("DELETE FROM request"))
        with pytest.raises(InputError, match="portal db upgrade"):
            upgrade_tables(own, SHORT, versions)
        busy.rollback()
    assert catalog(own) == before
    assert upgrade_tables(own, SHORT, versions)


def test_a_table_in_use_is_given_up_by_the_limit_of_locks(
    own_postgres: Engine, tmp_path: Path
) -> None:
    """Long before that of statements: whoever comes after us waits behind us as long."""
    before, limits = catalog(own_postgres), Limits(turn=5, lock=0.3, statement=10)
    with own_postgres.connect() as busy:
        busy.execute(text("DELETE FROM request"))
        with pytest.raises(InputError, match="portal db upgrade") as refused:
            upgrade_tables(own_postgres, limits, later_versions(tmp_path))
        busy.rollback()
    cause = refused.value.__cause__
    assert isinstance(cause, DBAPIError)
    assert isinstance(cause.orig, LockNotAvailable)
    assert catalog(own_postgres) == before


def test_a_statement_that_takes_too_long_is_given_up(own_postgres: Engine, tmp_path: Path) -> None:
    before = catalog(own_postgres)
    slow = later_versions(tmp_path, 'op.execute("SELECT pg_sleep(20)")')
    with pytest.raises(InputError, match="portal db upgrade"):
        upgrade_tables(own_postgres, SHORT, slow)
    assert catalog(own_postgres) == before


def test_two_upgrades_at_once_are_one(own: Engine, tmp_path: Path) -> None:
    address = own.url.render_as_string(hide_password=False)
    versions = later_versions(tmp_path)
    go = Event()

    def upgrade() -> bool:
        engine = make_engine(address)
        go.wait(PATIENCE)
        try:
            return upgrade_tables(engine, versions=versions)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(upgrade) for _ in range(3)]
        go.set()
        assert sorted(one.result() for one in done) == [False, False, True]


def test_two_first_starts_at_once_are_one(empty_database_url: str) -> None:
    def create() -> bool:
        engine = make_engine(empty_database_url)
        try:
            return create_tables(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(create) for _ in range(2)]
        assert sorted(one.result() for one in done) == [False, True]
