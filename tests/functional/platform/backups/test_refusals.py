"""A restore takes only its own backup, whole, with its keys, into an empty place."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from portal.platform.backups.emptiness import is_filled
from portal.platform.backups.identities import make_identity
from portal.platform.database import make_engine
from tests.functional.platform.backups.conftest import Deployed, NewUrl

pytestmark = pytest.mark.matrix

PLACES = 12


def assert_untouched(place: Deployed) -> None:
    engine = make_engine(place.settings.database_url)
    assert not is_filled(engine)
    engine.dispose()
    assert not place.data.exists() or list(place.data.iterdir()) == []


def restore(place: Deployed, file: Path, identity: Path | None = None) -> str:
    """Try to restore, and to verify: both refuse, in the same sentence; nothing is left."""
    words = ("--identity", identity or place.identity)
    said = place.refused("restore", file, *words, "--live")
    assert place.refused("verify-backup", file, *words) == said
    assert_untouched(place)
    leftovers = [path for path in place.data.parent.iterdir() if "portal_check" in path.name]
    assert leftovers == []
    return said


@pytest.mark.asvs("11.3.3")
def test_a_damaged_file_is_refused_wherever_it_is_damaged(
    deployed: Deployed, elsewhere: Deployed, tmp_path: Path
) -> None:
    file = deployed.backup()
    whole = file.read_bytes()
    damaged = tmp_path / "damaged.age"
    chance = random.Random(20261128)
    for at in [0, 100, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(PLACES))]:
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert elsewhere.refused("restore", damaged, "--identity", deployed.identity, "--live")
        assert_untouched(elsewhere)
    for length in (0, 50, len(whole) // 2, len(whole) - 16, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        assert "壊れています" in restore(elsewhere, damaged)


def test_a_foreign_file_is_refused(deployed: Deployed, elsewhere: Deployed, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.age"
    for content in (b"", b"a tar", b"manifest.json" + bytes(10_240)):
        key = pyrage.x25519.Recipient.from_str(deployed.recipient)
        foreign.write_bytes(pyrage.encrypt(content, [key]))
        assert "このプログラムのバックアップではない" in restore(elsewhere, foreign)
    foreign.write_text("not encrypted at all")
    assert "このプログラムのバックアップではない" in restore(elsewhere, foreign)


def test_another_identity_does_not_open_it(
    deployed: Deployed, elsewhere: Deployed, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    make_identity(other)
    file = deployed.backup()
    assert "この鍵では開けません" in restore(elsewhere, file, other)
    other.write_text("no key")
    assert "秘密の鍵" in restore(elsewhere, file, other)


@pytest.mark.parametrize("name", ["kek", "index", "pepper", "token"])
def test_other_keys_are_named(deployed: Deployed, elsewhere: Deployed, name: str) -> None:
    file = deployed.backup()
    (elsewhere.settings.key_dir / f"{name}.key").write_text("ab" * 32)
    assert f"{name}.key" in restore(elsewhere, file)


def test_another_program_and_a_newer_schema_are_refused(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    file = deployed.backup()
    demo = replace(elsewhere, settings=replace(elsewhere.settings, program="demo"))
    assert "別の事業" in restore(demo, file)
    deployed.execute(
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE deployment SET oldest_program = '0.1.0'",
    )
    assert "新しい版" in restore(elsewhere, deployed.backup())


def test_a_used_database_or_folder_is_left_alone(
    deployed: Deployed, elsewhere: Deployed, tmp_path: Path
) -> None:
    file = deployed.backup()
    words = ("restore", file, "--identity", deployed.identity, "--live")
    before = deployed.figures()
    assert "空ではありません" in deployed.refused(*words)
    assert deployed.figures() == before
    (elsewhere.data / "letters").mkdir(parents=True)
    assert "letters" in elsewhere.refused(*words)
    assert [path.name for path in elsewhere.data.iterdir()] == ["letters"]


def test_sqlite_does_not_go_into_postgresql(
    new_sqlite: NewUrl, new_postgres: NewUrl, deployed: Deployed, tmp_path: Path
) -> None:
    other = new_postgres if deployed.settings.database_url.startswith("sqlite") else new_sqlite
    place = deployed.moved(tmp_path / "other-engine", other(False))
    assert "には戻せません" in restore(place, deployed.backup())


def test_what_a_killed_restore_left_is_removed_by_the_next(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    left = elsewhere.data / ".restoring"
    (left / "files").mkdir(parents=True)
    (left / "database").write_text("half")
    (left / "placed.json").write_text('["letters"]')
    shutil.copytree(deployed.data / "letters", elsewhere.data / "letters")
    (elsewhere.data / "letters" / "half").write_text("half")
    elsewhere.done("restore", deployed.backup(), "--identity", deployed.identity, "--live")
    assert not (elsewhere.data / "letters" / "half").exists()
    assert elsewhere.figures().states == deployed.figures().states
