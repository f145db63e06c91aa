"""Where redeliveries are decided: on SQLite and on PostgreSQL."""

import pytest

from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import Post, make_post


@pytest.fixture
def post(database: Database) -> Post:
    return make_post(database)


@pytest.fixture
def sqlite_post(sqlite_database: Database) -> Post:
    """For rules that no database can change."""
    return make_post(sqlite_database)
