"""The office on both databases, or on SQLite for rules that no database can change."""

import pytest

from tests.functional.mailroom.incidents.support import Office, make_office
from tests.support.staff import StaffSite


@pytest.fixture
def office(staff: StaffSite) -> Office:
    return make_office(staff)


@pytest.fixture
def quick_office(sqlite_staff: StaffSite) -> Office:
    return make_office(sqlite_staff)
