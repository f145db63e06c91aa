"""The office on both databases, or on SQLite for rules that no database can change."""

import pytest

from portal.platform.site import Site
from tests.functional.contacts.site_texts.support import Office
from tests.support.resident import Resident, make_resident
from tests.support.staff import StaffSite


@pytest.fixture
def office(staff: StaffSite) -> Office:
    return Office(staff)


@pytest.fixture
def quick_office(sqlite_staff: StaffSite) -> Office:
    return Office(sqlite_staff)


@pytest.fixture
def residents(office: Office, resident_base: Site) -> Resident:
    """The resident site on the office's database."""
    staff = office.staff
    return make_resident(resident_base, staff.database, staff.loop, staff.folder, staff.now)
