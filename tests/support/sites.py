"""Both sites under test, as fixtures.

Their modules are read when the first test asks, which unit tests never do.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.platform.database import Database

if TYPE_CHECKING:
    from portal.platform.site import Site
    from portal.settings import Settings
    from tests.support.resident import Loop, Resident
    from tests.support.staff import StaffSite


@pytest.fixture(scope="session")
def background_loop() -> Iterator["Loop"]:
    from tests.support.resident import Loop

    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def resident_settings(tmp_path_factory: pytest.TempPathFactory) -> "Settings":
    """Settings of a test deployment, with keys and the program on disk."""
    from tests.support.resident import make_settings

    return make_settings(tmp_path_factory.mktemp("resident"))


@pytest.fixture(scope="session")
def resident_base(resident_settings: "Settings") -> "Site":
    """A site without a database, read once; `make_resident` gives its copies one."""
    from portal.app import make_resident_site
    from tests.support.resident import with_cheap_hashes

    return with_cheap_hashes(make_resident_site(resident_settings))


@pytest.fixture
def resident(
    resident_base: "Site", database: Database, background_loop: "Loop", tmp_path: Path
) -> "Resident":
    """The resident site; the test runs on SQLite and on PostgreSQL."""
    from tests.support.resident import make_resident

    return make_resident(resident_base, database, background_loop, tmp_path)


@pytest.fixture
def named_resident(
    resident_base: "Site", database: Database, background_loop: "Loop", tmp_path: Path
) -> "Resident":
    """The resident site under a name, for which devices make passkeys; on both databases."""
    from tests.support.authenticator import ORIGIN
    from tests.support.resident import make_resident

    named = replace(resident_base, settings=replace(resident_base.settings, public_url=ORIGIN))
    return make_resident(named, database, background_loop, tmp_path)


@pytest.fixture
def sqlite_resident(
    resident_base: "Site", sqlite_database: Database, background_loop: "Loop", tmp_path: Path
) -> "Resident":
    """The resident site on SQLite only: for pages that no database can change."""
    from tests.support.resident import make_resident

    return make_resident(resident_base, sqlite_database, background_loop, tmp_path)


@pytest.fixture(scope="session")
def staff_base(resident_settings: "Settings") -> "Site":
    """A site without a database of its own, read once."""
    from admin.app import make_staff_site
    from tests.support.resident import with_cheap_hashes

    return with_cheap_hashes(
        make_staff_site(replace(resident_settings, admin_url="http://127.0.0.1"))
    )


@pytest.fixture
def staff(
    staff_base: "Site", database: Database, background_loop: "Loop", tmp_path: Path
) -> "StaffSite":
    """The staff site; the test runs on SQLite and on PostgreSQL."""
    from tests.support.staff import make_staff

    return make_staff(staff_base, database, background_loop, tmp_path)


@pytest.fixture
def sqlite_staff(
    staff_base: "Site", sqlite_database: Database, background_loop: "Loop", tmp_path: Path
) -> "StaffSite":
    """The staff site on SQLite only: for pages that no database can change."""
    from tests.support.staff import make_staff

    return make_staff(staff_base, sqlite_database, background_loop, tmp_path)
