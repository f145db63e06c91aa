"""A fresh database per test, on SQLite and on PostgreSQL."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url

from portal.platform.database import Database, Waits, make_engine
from portal.platform.migrations import create_tables
from tests.support.programs import machine

TEMPLATE = "portal_template"
_number = itertools.count(1)
PATIENT = Waits(lock=120, statement=300, idle=300, connect=60, pool=120, busy=120)
"""Races decide who wins, never how fast the machine is: nobody gives up while another one works."""


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of a throw-away cluster: the one of `./run test`, or one that starts now."""
    return machine.postgres_url()


class Cluster:
    """Makes and drops databases; names are unique in this process and carry its id."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.connection = psycopg.connect(
            self.url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )

    def create(self, name: str, template: str = "template0") -> str:
        """Makes a database as a copy of another and returns its address."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return self.address(name)

    def address(self, name: str, driver: str = "postgresql+psycopg") -> str:
        """Address of a database."""
        return self.url.set(database=name, drivername=driver).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drops a database, whoever is still connected."""
        self.connection.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )


EMPTY = """
DO $$
DECLARE named record; filled boolean;
BEGIN
  -- no trigger refuses, and the order of tables does not matter
  SET LOCAL session_replication_role = replica;
  FOR named IN SELECT oid::regclass AS name FROM pg_class
               WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                 AND relname <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', named.name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', named.name); END IF;
  END LOOP;
  FOR named IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'S' LOOP
    EXECUTE format('ALTER SEQUENCE %s RESTART', named.name);
  END LOOP;
END $$"""


SHAPE = """
SELECT (SELECT count(*) FROM pg_attribute), (SELECT sum(oid::bigint) FROM pg_class),
       (SELECT sum(oid::bigint) FROM pg_constraint), (SELECT sum(oid::bigint) FROM pg_trigger)"""


class PostgresPool:
    """Databases with all tables and no rows.

    Emptied after a test, because making one takes half a second; dropped if the test changed its
    tables.
    """

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster, self.template = cluster, template
        self.shape: tuple[object, ...] | None = None
        self.names: list[str] = []
        self.free: list[str] = []

    def take(self) -> str:
        """Returns the address of a database that nobody uses."""
        if not self.free:
            self.names.append(f"portal_{os.getpid()}_pool_{next(_number)}")
            return self.cluster.create(self.names[-1], self.template)
        return self.free.pop()

    def give_back(self, url: str) -> None:
        """Empties a database for the next test, whoever is still connected."""
        name = make_url(url).database or ""
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        self.cluster.connection.execute(ended, (name,))
        with psycopg.connect(self.cluster.address(name, "postgresql")) as connection:
            shape = connection.execute(SHAPE).fetchone()
            self.shape = self.shape or self._shape_of_template()
            if shape == self.shape:
                connection.execute(EMPTY)
                self.free.append(url)
                return
        self.names.remove(name)
        self.cluster.drop(name)

    def _shape_of_template(self) -> tuple[object, ...] | None:
        with psycopg.connect(self.cluster.address(self.template, "postgresql")) as connection:
            return connection.execute(SHAPE).fetchone()

    def close(self) -> None:
        """Drops every database."""
        for name in self.names:
            self.cluster.drop(name)


class SqlitePool:
    """Database files with all tables and no rows, replaced by fresh ones after a test."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template = folder, template
        self.free: list[str] = []

    def take(self) -> str:
        """Returns the address of a database that nobody uses."""
        if self.free:
            return self.free.pop()
        path = self.folder / f"portal_{next(_number)}.sqlite3"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"

    def give_back(self, url: str) -> None:
        """Puts an empty file in the place of a used one.

        Who still has that open keeps a file without a name.
        """
        path = Path(make_url(url).database or "")
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copyfile(self.template, path)
        self.free.append(url)


class Engines:
    """One engine for each address: it keeps its statements compiled from test to test."""

    def __init__(self) -> None:
        self.by_url: dict[str, Engine] = {}

    def open(self, url: str) -> Iterator[Database]:
        """Opens a database; its connections end with the test."""
        engine = self._of(url)
        yield Database(engine)
        engine.dispose()

    def _of(self, url: str) -> Engine:
        if url not in self.by_url:
            self.by_url[url] = make_engine(url, waits=PATIENT)
        return self.by_url[url]


@pytest.fixture(scope="session")
def engines() -> Engines:
    return Engines()


@pytest.fixture(scope="session")
def postgres_cluster(postgres_url: str) -> Iterator[Cluster]:
    cluster = Cluster(postgres_url)
    yield cluster
    cluster.connection.close()


def _create_tables(url: str) -> None:
    engine = make_engine(url)
    create_tables(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> Iterator[str]:
    """Name of a database that has all tables and no rows."""
    name = f"{TEMPLATE}_{os.getpid()}"
    _create_tables(postgres_cluster.create(name))
    yield name
    postgres_cluster.drop(name)


@pytest.fixture(scope="session")
def postgres_pool(postgres_cluster: Cluster, postgres_template: str) -> Iterator[PostgresPool]:
    pool = PostgresPool(postgres_cluster, postgres_template)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that has all tables and no rows."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite3"
    _create_tables(f"sqlite:///{path}")
    return path


NewDatabase = Callable[[bool], str]


@pytest.fixture
def new_postgres(
    request: pytest.FixtureRequest, postgres_cluster: Cluster
) -> Iterator[NewDatabase]:
    """Makes PostgreSQL databases: `new_postgres(True)` with tables, `new_postgres(False)` empty."""
    empty: list[str] = []
    taken: list[str] = []

    def make(tables: bool) -> str:
        if tables:
            taken.append(request.getfixturevalue("postgres_pool").take())
            return taken[-1]
        empty.append(f"portal_{os.getpid()}_{next(_number)}")
        return postgres_cluster.create(empty[-1])

    yield make
    for name in empty:
        postgres_cluster.drop(name)
    for url in taken:
        request.getfixturevalue("postgres_pool").give_back(url)


@pytest.fixture(scope="session")
def sqlite_pool(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> SqlitePool:
    return SqlitePool(tmp_path_factory.mktemp("databases"), sqlite_template)


@pytest.fixture
def new_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes SQLite databases: `new_sqlite(True)` with tables, `new_sqlite(False)` empty."""
    taken: list[str] = []

    def make(tables: bool) -> str:
        if tables:
            taken.append(request.getfixturevalue("sqlite_pool").take())
            return taken[-1]
        return f"sqlite:///{tmp_path}/portal_{next(_number)}.sqlite3"

    yield make
    for url in taken:
        request.getfixturevalue("sqlite_pool").give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Makes databases; a test that uses this runs on both kinds."""
    make: NewDatabase = request.getfixturevalue(
        "new_sqlite" if request.param == "sqlite" else "new_postgres"
    )
    return make


@pytest.fixture
def empty_database_url(new_database: NewDatabase) -> str:
    """Address of a database without any table; the test runs on SQLite and on PostgreSQL."""
    return new_database(False)


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """Address of an empty database with all tables; the test runs on SQLite and PostgreSQL."""
    return new_database(True)


@pytest.fixture
def database(database_url: str, engines: Engines) -> Iterator[Database]:
    """Opened `database_url`: the test runs on SQLite and on PostgreSQL."""
    yield from engines.open(database_url)


@pytest.fixture
def sqlite_database(new_sqlite: NewDatabase, engines: Engines) -> Iterator[Database]:
    """A database with all tables, on SQLite only: for rules that no database can change."""
    yield from engines.open(new_sqlite(True))


@pytest.fixture
def postgres_database(new_postgres: NewDatabase, engines: Engines) -> Iterator[Database]:
    """A database with all tables, on PostgreSQL only."""
    yield from engines.open(new_postgres(True))
