"""Databases whose tables a test may change: those of the pools are handed on to other tests."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from portal.platform.database import make_engine
from portal.platform.migrations import create_tables
from tests.support.databases.stored import ENGINES, Stored, stored, versions


@pytest.fixture
def own(new_database: Callable[[bool], str]) -> Iterator[Engine]:
    """A database with all tables that only this test has."""
    yield from _with_tables(new_database(False))


@pytest.fixture
def own_postgres(new_postgres: Callable[[bool], str]) -> Iterator[Engine]:
    """The same, on PostgreSQL only."""
    yield from _with_tables(new_postgres(False))


def _with_tables(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=[(v, e) for v in versions() for e in ENGINES], ids="-".join)
def kept(request: pytest.FixtureRequest) -> Stored:
    return stored(*request.param)


@pytest.fixture
def new(request: pytest.FixtureRequest, kept: Stored) -> Callable[[bool], str]:
    """Make databases of the kind on which the stored one is."""
    name = "new_sqlite" if kept.engine == "sqlite" else "new_postgres"
    make: Callable[[bool], str] = request.getfixturevalue(name)
    return make


@pytest.fixture
def old(kept: Stored, new: Callable[[bool], str]) -> Iterator[Engine]:
    """The stored database as its release left it."""
    url = new(False)
    kept.restore(url)
    engine = make_engine(url)
    yield engine
    engine.dispose()
