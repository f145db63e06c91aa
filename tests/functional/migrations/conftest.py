"""Databases whose tables a test may change: those of the pools are handed on to other tests."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from portal.platform.database import make_engine
from portal.platform.migrations import create_tables


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
