"""A deployment with people of both sides, for the tests of commands; a site that takes keys."""

from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.vault import make_keys
from portal.platform.database import Database
from portal.platform.site import Site
from portal.platform.startup import initialize
from portal.settings import load_settings
from tests.functional.people.admin.command_support import PEOPLE, House
from tests.support.authenticator import ORIGIN
from tests.support.resident import Loop
from tests.support.staff import StaffSite, make_staff


@pytest.fixture
def empty_house(database_url: str, tmp_path: Path) -> House:
    """Keys and tables, and nobody yet."""
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "sample",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    return House(made)


@pytest.fixture
def house(empty_house: House) -> House:
    """Two officers, an officer of the ward and an agent; no administrator."""
    for login, (organization, role) in PEOPLE.items():
        empty_house.hire(login, organization, role)
    return empty_house


@pytest.fixture
def named_staff(
    staff_base: Site, database: Database, background_loop: Loop, tmp_path: Path
) -> StaffSite:
    """The staff site under a name, for which devices make keys; on both databases."""
    named = replace(staff_base, settings=replace(staff_base.settings, admin_url=ORIGIN))
    return make_staff(named, database, background_loop, tmp_path)
