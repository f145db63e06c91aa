"""The desk on both databases, or on SQLite for rules that no database can change."""

import pytest

from portal.platform.site import Site
from tests.functional.contacts.hours.support import Desk
from tests.support.resident import Resident, make_resident
from tests.support.staff import StaffSite


@pytest.fixture
def desk(staff: StaffSite) -> Desk:
    return Desk(staff)


@pytest.fixture
def quick_desk(sqlite_staff: StaffSite) -> Desk:
    return Desk(sqlite_staff)


@pytest.fixture
def residents(desk: Desk, resident_base: Site) -> Resident:
    """The resident site on the desk's database."""
    staff = desk.staff
    return make_resident(resident_base, staff.database, staff.loop, staff.folder, staff.now)
