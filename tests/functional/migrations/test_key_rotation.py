"""Another master key for a database in which every sealed column has rows."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import load_vault
from portal.domain.oversight.keys.sealing_anew import (
    BOUND,
    DIRECT,
    places,
    seal_all_anew,
    still_under_earlier,
)
from portal.domain.people.households.models import Household
from portal.domain.tables import metadata
from portal.platform.database import Database
from portal.platform.key_rotation import Folder
from portal.platform.migrations import upgrade_tables
from tests.support.databases.sealed_rows import open_everything, stored_names
from tests.support.databases.stored import FOLDER, Stored

pytestmark = pytest.mark.matrix


@pytest.fixture
def keys(kept: Stored, tmp_path: Path) -> Folder:
    """The folder of the stored database's keys, of which a test may change the files."""
    shutil.copytree(FOLDER / kept.version / "keys", tmp_path / "keys")
    return Folder(tmp_path / "keys", "kek")


def test_what_the_master_key_itself_seals_is_written_down_as_it_is_opened() -> None:
    listed: Mapping[str, Mapping[str, str]] = stored_names()["sealed"]
    direct = {name: rule["context"] for name, rule in listed.items() if rule.get("key") == "kek"}
    assert {".".join(place): context for place, context in DIRECT.items()} == direct
    bound = {
        f"{name.split('.')[0]}.wrapped_key": (name.split(".")[1], rule["context"])
        for name, rule in listed.items()
        if "{wrapped_key" in str(rule.get("context", ""))
    }
    assert {".".join(place): rule for place, rule in BOUND.items()} == bound


@pytest.mark.asvs("11.2.2")
def test_after_a_rotation_the_newest_key_alone_opens_every_row(old: Engine, keys: Folder) -> None:
    upgrade_tables(old)
    before = open_everything(old, load_vault(keys.folder), metadata)
    keys.begin()
    keys.promote()
    vault, database, at = load_vault(keys.folder), Database(old), places(metadata.tables)
    with database.read() as session:
        left = still_under_earlier(session.connection(), vault, at)
    assert sum(left.values()) > 200
    told: list[str] = []
    passed = seal_all_anew(database.write, vault, at, lambda place, _rows: told.append(place))
    assert passed.sealed_anew == sum(left.values())
    assert "household.wrapped_key" in told
    with database.read() as session:
        assert still_under_earlier(session.connection(), vault, at) == {}
    again = seal_all_anew(database.write, vault, at, lambda _place, _rows: None)
    assert again.sealed_anew == 0
    keys.destroy("kek.key")
    assert open_everything(old, load_vault(keys.folder), metadata) == before


def test_a_row_that_no_key_opens_is_named_and_stays(old: Engine, keys: Folder) -> None:
    upgrade_tables(old)
    database = Database(old)
    with database.write() as session:
        row = session.scalars(select(Household).order_by(Household.id)).first()
        assert row is not None
        number, row.wrapped_key = row.id, b"0" * 60
    keys.begin()
    keys.promote()
    with pytest.raises(IntegrityFaultError, match=rf"household\.wrapped_key の {number} 番"):
        seal_all_anew(
            database.write,
            load_vault(keys.folder),
            places(metadata.tables),
            lambda _place, _rows: None,
        )
    with database.read() as session:
        assert session.get_one(Household, number).wrapped_key == b"0" * 60
