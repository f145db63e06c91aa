"""A deployment with people of both sides, for the tests of commands."""

from pathlib import Path

import pytest

from portal.domain.foundation.vault import make_keys
from portal.platform.startup import initialize
from portal.settings import load_settings
from tests.functional.people.admin.command_support import PEOPLE, House


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
