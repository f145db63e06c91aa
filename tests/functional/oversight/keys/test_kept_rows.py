"""Rows that nobody may change, on SQLite by a trigger, get the newest key and stay as kept."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.vault import load_vault
from portal.domain.oversight.keys.sealing_anew import places, seal_all_anew, still_under_earlier
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import open_household
from portal.domain.tables import metadata
from portal.platform.key_rotation import Folder
from tests.support.people import CANARY_NAME, add_person
from tests.support.resident import NOON, Resident, write_keys

TRIGGER = (
    "CREATE TRIGGER keep_household BEFORE UPDATE ON household"
    " BEGIN SELECT RAISE(ABORT, 'household is only added to'); END"
)


def test_a_row_that_a_trigger_keeps_is_sealed_anew_and_kept(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    database = sqlite_resident.database
    add_person(database, NOON)
    with database.write() as session:
        session.execute(text(TRIGGER))
    master = Folder(write_keys(tmp_path / "keys"), "kek")
    master.begin()
    master.promote()
    vault = load_vault(master.folder)
    seal_all_anew(database.write, vault, places(metadata.tables), lambda _place, _rows: None)
    master.destroy("kek.key")
    with database.write() as session:
        assert still_under_earlier(session.connection(), vault, places(metadata.tables)) == {}
        row = session.scalars(select(Household)).one()
        key = load_vault(master.folder).unwrap(row.wrapped_key)
        assert open_household(key, row.sealed, row.number_digest).name == CANARY_NAME
        with pytest.raises(IntegrityError, match="only added to"):
            session.execute(text("UPDATE household SET wrapped_key = x'00'"))
