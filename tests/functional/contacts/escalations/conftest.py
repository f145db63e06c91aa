"""The call desk's fixtures."""

import pytest

from portal.platform.database import Database
from tests.functional.contacts.escalations.support import Desk, make_desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """The desk on both databases."""
    return make_desk(database)


@pytest.fixture
def quick_desk(sqlite_database: Database) -> Desk:
    """The desk on SQLite only: for rules that no database can change."""
    return make_desk(sqlite_database)
