"""Another master key for a database in which every sealed column has rows."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.program.deployment import complete
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.vault import load_vault
from portal.domain.oversight.copies.opened_rows import SealedRows
from portal.domain.oversight.keys.another_index import renew_digests
from portal.domain.oversight.keys.index_rows import RENEWED
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
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

OTHER_KEYS = {
    "backup:{}",
    "birth:{}",
    "code:{}:{}",
    "device",
    "form",
    "form_key",
    "lock",
    "staff_mailbox:{}",
}
"""Purposes of the pepper and of the key that signs."""
MADE_ANEW = {
    "household": "household.number_digest",
    "person": "child.person_digest",
    "coupon-number": "coupon.management_digest",
    "coupon-code": "coupon.management_digest",
    "login": "credential.login_digest",
    "address": "otp_authenticator.address_digest",
    "passkey": "passkey.key_digest",
    "staff_login": "throttle_bucket.key",
}
LEFT = {
    "answer-sheet": "only the digest of the file was kept; looked for by each key that is there",
    "scan": "likewise, of the file that came",
    "disposed-line": "of a list beside the rows; after such a disposal nothing is changed",
    "file-checksum": "only the digest was kept; while such a hand-over is open, nothing is changed",
    "floor_call": "names of a telephone system, of a week; a call that goes on begins anew",
    "floor_event": "likewise; an event that is repeated in those five minutes counts again",
    "form_sender": "counts for a day what nobody keeps",
    "network": "counts for an hour, or a day, what nobody keeps",
    "staff_own_key": "the key of a first sign-in, told anew until a code of it was typed",
    "outbox": "the name of a message, which gateways know by now",
    "trend": "noise of figures that were published and stay; later ones have another",
}
"""Decision 0036 says what follows."""


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


def test_what_stands_in_a_digest_or_is_bound_to_one_is_made_anew_or_left_for_a_reason() -> None:
    listed = stored_names()
    purposes = set(listed["names"]["index_purposes"]) - OTHER_KEYS
    assert purposes == {*MADE_ANEW, *LEFT}
    assert set(MADE_ANEW.values()) == {".".join(place) for place in RENEWED}
    bound = {
        name.split(".")[0]
        for name, rule in listed["sealed"].items()
        if "digest" in str(rule.get("context"))
    }
    renewed = {table for table, _column in RENEWED} | {"staged_household", "staged_child"}
    assert bound - renewed == {"escalation_sheet", "scan", "scan_draft"}


def test_after_another_search_key_a_whole_database_opens_and_is_found(
    old: Engine, keys: Folder
) -> None:
    upgrade_tables(old)
    before = open_everything(old, load_vault(keys.folder), metadata)
    index, database = Folder(keys.folder, "index"), Database(old)
    coming = index.begin()
    with database.write() as session:
        row = session.get_one(Deployment, 1)
        complete(row, sample_program(), load_vault(keys.folder), row.program)
        work = work_in(session, vault=load_vault(keys.folder))
        renew_digests(work, coming.read(), "index.2.key", lambda _place, _rows: None)
    index.promote()
    index.destroy("index.key")
    vault = load_vault(keys.folder)
    assert open_everything(old, vault, metadata) == before
    with database.read() as session:
        found = SealedRows(session, vault, {"household"}).open_all()
    assert found.households > 50
    assert found.logins > 50


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
