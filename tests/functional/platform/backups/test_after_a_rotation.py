"""A backup of before another master key restores with the keys of its day, and with no others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.platform.backups.conftest import Deployed

pytestmark = pytest.mark.matrix

NewUrl = Callable[[bool], str]


def rotated(deployed: Deployed) -> None:
    deployed.done("keys", "rotate", "kek")
    deployed.done("keys", "rotate", "kek", "--copied")


def test_a_backup_of_before_restores_with_the_keys_of_its_day(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    """``elsewhere`` was given the keys before the rotation."""
    before, file = deployed.figures(), deployed.backup()
    rotated(deployed)
    elsewhere.done("restore", file, "--identity", deployed.identity, "--live")
    assert elsewhere.figures().states == before.states
    checked = elsewhere.done("verify-backup", file, "--identity", deployed.identity)
    assert checked.exit_code == 0


def test_with_both_keys_backups_of_before_and_after_restore(
    deployed: Deployed, new_database: NewUrl, tmp_path: Path
) -> None:
    file = deployed.backup()
    rotated(deployed)
    later = deployed.backup()
    both = deployed.moved(tmp_path / "both", new_database(False))
    assert {"kek.key", "kek.2.key"} <= {path.name for path in both.settings.key_dir.iterdir()}
    for one in (file, later):
        both.done("verify-backup", one, "--identity", deployed.identity)
    both.done("restore", file, "--identity", deployed.identity, "--live")
    both.done("keys", "rotate", "kek")
    assert "前の鍵で封じた行: 0" in both.done("keys", "status").stdout


def test_with_the_new_key_alone_only_the_later_backup_restores(
    deployed: Deployed, new_database: NewUrl, tmp_path: Path
) -> None:
    file = deployed.backup()
    rotated(deployed)
    later = deployed.backup()
    alone = deployed.moved(tmp_path / "alone", new_database(False))
    (alone.settings.key_dir / "kek.key").unlink()
    said = alone.refused("restore", file, "--identity", deployed.identity, "--live")
    assert "kek.key" in said
    alone.done("restore", later, "--identity", deployed.identity, "--live")


def test_no_earlier_and_no_coming_key_is_in_a_backup(deployed: Deployed) -> None:
    deployed.done("keys", "rotate", "token")
    rotated(deployed)
    keys = deployed.settings.key_dir
    for name in ("kek.key", "kek.2.key", "token.2.next.key"):
        shutil.copy(keys / name, deployed.data / "letters" / f"{name}.txt")
    done = deployed.run("backup")
    assert done.exit_code == 3
    for name in ("kek.key", "kek.2.key", "token.2.next.key"):
        assert f"{name}.txt" in done.stderr


def test_a_database_of_before_is_brought_to_the_search_key_in_use(
    deployed: Deployed, new_database: NewUrl, tmp_path: Path
) -> None:
    """Both a check and a restore work with the key of before; nothing starts until it is done."""
    file = deployed.backup()
    deployed.done("keys", "rotate", "index")
    deployed.done("keys", "rotate", "index", "--copied")
    both = deployed.moved(tmp_path / "both", new_database(False))
    both.done("verify-backup", file, "--identity", deployed.identity)
    both.done("restore", file, "--identity", deployed.identity, "--live")
    assert "portal keys rotate index --copied" in both.refused("coupons", "status")
    assert "照合値のままのデータベース: 1" in both.done("keys", "status").stdout
    refused = both.refused("keys", "destroy", "index.key")
    assert "portal keys rotate index" in refused or "もう一度実行" in refused
    both.done("keys", "rotate", "index")
    both.done("coupons", "status")
    alone = deployed.moved(tmp_path / "alone", new_database(False))
    (alone.settings.key_dir / "index.key").unlink()
    said = alone.refused("restore", file, "--identity", deployed.identity, "--live")
    assert "index.key" in said
