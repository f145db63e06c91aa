"""What was backed up is there again on an empty machine; keys never leave with it."""

import io
import json
import stat
import tarfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from portal.domain.foundation.clock import JST
from portal.domain.foundation.vault import KEY_FILES
from portal.domain.oversight.copies.queries import kept_copies, last_backup_at
from portal.platform.backups.identities import read_identities
from portal.platform.database import opened
from portal.platform.startup import refuse_danger
from tests.functional.platform.backups.conftest import OWNER, Deployed

pytestmark = pytest.mark.matrix


def plain(backup: Path, identity: Path) -> bytes:
    return bytes(pyrage.decrypt(backup.read_bytes(), list(read_identities(identity))))


def test_an_empty_machine_gets_every_row_and_file_back(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    before = deployed.figures()
    assert before.children >= before.households == 12
    file = deployed.backup()
    done = elsewhere.done("restore", file, "--identity", deployed.identity, "--live")
    assert f"こども{before.children}人" in done.stdout
    after = elsewhere.figures()
    assert (after.states, after.households) == (before.states, before.households)
    assert after.audit_position == before.audit_position + 1  # the restore itself
    for name in ("letters/run-001/letters-001-0001.pdf", "letters/名簿 の控え.txt"):
        assert (elsewhere.data / name).read_bytes() == (deployed.data / name).read_bytes()
        assert stat.S_IMODE((elsewhere.data / name).stat().st_mode) == 0o600
    assert not (elsewhere.data / ".restoring").exists()
    assert elsewhere.run("db", "status").exit_code == 0


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_a_cluster_is_checked_backed_up_and_restored_by_the_names_of_all_its_hosts(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    """As the guide has it: of several hosts, the one that can be written is used."""
    cluster, empty = deployed.by_several_hosts(), elsewhere.by_several_hosts()
    refuse_danger(cluster.settings)
    file = cluster.backup()
    cluster.done("backup", "drill", "--identity", deployed.identity)
    empty.done("restore", file, "--identity", deployed.identity, "--live")
    assert empty.figures().children == cluster.figures().children > 0


def test_a_backup_is_one_file_for_its_owner_and_a_numbered_copy(deployed: Deployed) -> None:
    file = deployed.backup()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert not [path.name for path in deployed.data.iterdir() if "part" in path.name]
    with opened(deployed.settings.database_url) as database, database.read() as session:
        (row,) = kept_copies(session)
        assert (row.kind, row.owner, row.size) == ("backup", OWNER, file.stat().st_size)
        assert row.place.endswith(str(file))
        assert last_backup_at(session) == row.taken_at


@pytest.mark.asvs("13.3.1")
def test_no_key_is_in_a_backup_wherever_it_lies(deployed: Deployed) -> None:
    keys = deployed.settings.key_dir
    texts = [(keys / f"{name}.key").read_text().strip() for name in KEY_FILES]
    (deployed.data / "kek.key").write_text(texts[0])
    (deployed.data / "letters" / "note.txt").write_text(f"index: {texts[1].upper()}")
    (deployed.data / "letters" / "raw").write_bytes(b"\0" + bytes.fromhex(texts[2]))
    (deployed.data / "letters" / "identity.txt").write_bytes(deployed.identity.read_bytes())
    done = deployed.run("backup")
    assert done.exit_code == 3
    for name in ("note.txt", "raw", "identity.txt"):
        assert name in done.stderr
    (file,) = deployed.settings.backup_dir.iterdir()
    content = plain(file, deployed.identity)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        names = tar.getnames()
    assert [name for name in names if name.startswith("files/")] == [
        "files/letters/run-001/letters-001-0001.pdf",
        "files/letters/名簿 の控え.txt",
    ]
    for key in texts:
        for form in (key.encode(), key.upper().encode(), bytes.fromhex(key)):
            assert form not in content
    assert b"AGE-SECRET-KEY" not in content


def test_who_can_open_the_file_reads_no_letter_without_the_keys(deployed: Deployed) -> None:
    letter = (deployed.data / "letters" / "run-001" / "letters-001-0001.pdf").read_bytes()
    content = plain(deployed.backup(), deployed.identity)
    assert len(letter) >= 16
    assert letter[:16] not in content


def test_who_has_only_the_file_has_nothing(deployed: Deployed) -> None:
    content = deployed.backup().read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    for canary in (b"manifest.json", b"SQLite format 3", b"PGDMP", b"letters-001"):
        assert canary not in content


@pytest.mark.parametrize("option", ["--recipient", "--owner"])
def test_without_a_key_or_an_owner_nothing_is_written(deployed: Deployed, option: str) -> None:
    wrong = {"--recipient": "age1wrong", "--owner": "x" * 81}[option]
    assert deployed.refused("backup", option, wrong)
    assert not list(deployed.settings.backup_dir.glob("*"))


def test_backups_whose_days_are_over_are_removed_and_recorded(deployed: Deployed) -> None:
    old = deployed.backup()
    deployed.execute("UPDATE data_copy SET until = '2020-01-01'")
    assert deployed.run("copies", "list").exit_code == 3
    deployed.done("backup", "--prune")
    assert not old.exists()
    assert len(list(old.parent.iterdir())) == 1
    listed = deployed.done("copies", "list", "--all").stdout
    assert "廃棄ずみ" in listed


def test_a_restored_copy_has_an_owner_and_a_last_day(
    deployed: Deployed, elsewhere: Deployed
) -> None:
    file = deployed.backup()
    words = ("restore", file, "--identity", deployed.identity)
    assert "--until" in elsewhere.refused(*words)
    last_day = (datetime.now(JST) + timedelta(days=20)).date().isoformat()
    elsewhere.done(*words, "--purpose", "問い合わせの調査", "--until", last_day)
    assert "復元" in elsewhere.done("copies", "list").stdout


def test_the_audit_chain_goes_on_after_a_restore_and_says_what_was_lost(
    deployed: Deployed, elsewhere: Deployed, tmp_path: Path
) -> None:
    ward = tmp_path / "ward"
    ward.mkdir()
    here, there = (with_heads(one, ward) for one in (deployed, elsewhere))
    here.done("work", "--once", "seal")
    file = here.backup()
    here.done("work", "--once", "seal")
    lost = json.loads(here.done("audit", "verify", "--json").stdout)["seq"]
    there.done("restore", file, "--identity", here.identity, "--live")
    there.done("work", "--once", "seal")
    found = json.loads(there.done("audit", "verify", "--heads", ward, "--json").stdout)
    assert found["whole"]
    assert [one["up_to"] for one in found["lost"]] == ([lost] if found["lost"] else [])


def with_heads(one: Deployed, ward: Path) -> Deployed:
    """The same with a folder of the ward for signed heads."""
    return replace(one, settings=replace(one.settings, audit_heads=ward))
