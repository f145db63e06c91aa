"""A fresh database per test, on SQLite and on PostgreSQL."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.platform import append_only, migrations
from portal.platform.database import Database, make_engine
from portal.platform.schema import VERSIONS
from tests.support.databases.pools import Cluster, Engines, PostgresPool, SqlitePool, new_name
from tests.support.programs import machine
from tests.support.sources import ROOT

TEMPLATE = "portal_template"
BUILD = ROOT / ".build" / "tables"


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of a throw-away cluster: the one of `./run test`, or one that starts now."""
    return machine.postgres_url()


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    made = Engines()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_cluster(postgres_url: str) -> Iterator[Cluster]:
    cluster = Cluster(postgres_url)
    yield cluster
    cluster.connection.close()


def _create_tables(url: str) -> None:
    engine = make_engine(url)
    migrations.create_tables(engine)
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
def sqlite_template() -> Path:
    """A database file with all tables and no rows, made once for all runs with these migrations."""
    path = BUILD / f"{_digest_of_migrations()}.sqlite3"
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        made = BUILD / f"{new_name()}.sqlite3"
        _create_tables(f"sqlite:///{made}")
        made.replace(path)
    return path


def _digest_of_migrations() -> str:
    """What the tables depend on: the migrations, and the modules that apply them."""
    applied_by = [Path(module.__file__ or "") for module in (migrations, append_only)]
    sources = [*applied_by, *sorted(VERSIONS.parent.rglob("*.py"))]
    texts = [f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes() for source in sources]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:20]


NewDatabase = Callable[[bool], str]


@pytest.fixture
def new_postgres(
    request: pytest.FixtureRequest, postgres_cluster: Cluster
) -> Iterator[NewDatabase]:
    """Make PostgreSQL databases: `new_postgres(True)` with tables, `new_postgres(False)` empty."""
    empty: list[str] = []
    taken: list[str] = []

    def make(tables: bool) -> str:
        if tables:
            taken.append(request.getfixturevalue("postgres_pool").take())
            return taken[-1]
        empty.append(new_name())
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
    """Make SQLite databases: `new_sqlite(True)` with tables, `new_sqlite(False)` empty."""
    taken: list[str] = []

    def make(tables: bool) -> str:
        if tables:
            taken.append(request.getfixturevalue("sqlite_pool").take())
            return taken[-1]
        return f"sqlite:///{tmp_path}/{new_name()}.sqlite3"

    yield make
    for url in taken:
        request.getfixturevalue("sqlite_pool").give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Make databases; a test that uses this runs on both kinds."""
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
