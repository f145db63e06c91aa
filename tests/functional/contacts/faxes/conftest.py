"""The desk that gets FAX, on both databases."""

import pytest

from portal.platform.database import Database
from tests.functional.contacts.faxes.support import FaxDesk, make_fax_desk


@pytest.fixture
def desk(database: Database) -> FaxDesk:
    """Two agents and a supervisor at a FAX machine."""
    return make_fax_desk(database)
