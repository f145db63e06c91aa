"""The call desk with an agent.

On both databases, or on SQLite for pages that no database can change.
"""

import pytest

from tests.functional.desk.acts.support import Desk, make_desk
from tests.support.staff import StaffSite


@pytest.fixture
def desk(staff: StaffSite) -> Desk:
    return make_desk(staff)


@pytest.fixture
def sqlite_desk(sqlite_staff: StaffSite) -> Desk:
    return make_desk(sqlite_staff)
