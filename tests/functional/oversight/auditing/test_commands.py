"""The ward's two papers of the audit, as its people take them from the command line."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.heads import make_signer
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from tests.functional.oversight.auditing.test_pack import event
from tests.support.coupons import NOW
from tests.support.mailroom.ward import Ward, ward
from tests.support.people import add_person
from tests.support.programs.command import CommandLine, sentence
from tests.support.staff import hire

__all__ = ["ward"]


@pytest.fixture
def portal(ward: Ward) -> CommandLine:
    """A deployment with two people of the ward, and the key that signs heads."""
    make_signer(ward.folder / "keys")
    hire(ward.database, NOW, Role.WARD_OFFICER, "first")
    hire(ward.database, NOW, Role.WARD_OFFICER, "second")
    return CommandLine(ward.folder, ward.environ["PORTAL_DATABASE_URL"], language="en")


def seal(portal: CommandLine) -> None:
    """Let a worker seal all that waits."""
    assert portal.run("work", "--once", "seal", "--json").returncode == 0


def test_an_extract_is_drawn_by_two_with_all_keys_that_signed(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    family = add_person(ward.database, NOW).household_id
    seal(portal)
    former = portal.run("audit", "key").stdout.strip()
    (ward.folder / "keys" / "audit.key").unlink()
    file = tmp_path / "extract.pdf"
    two = ("--by", "first", "--confirmed-by", "second")
    words = ("audit", "extract", "--household", f"#{family}", "--decision", "5-17", "--out", file)
    assert "--public-key" in sentence(portal.run(*words, *two))
    assert "new-key" in sentence(portal.run("audit", "key"))
    made = portal.run("audit", "new-key", "--by", "first").stdout.strip()
    assert portal.run(*words, *two).returncode == 1  # the heads of before are not of this key
    assert not file.exists()
    both = ("--public-key", made, "--public-key", former)
    done = portal.run(*words, *both, *two)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(b"%PDF")
    with ward.database.read() as session:
        drawn = session.scalars(select(AuditEvent).filter_by(action="audit.extract_drawn")).one()
        assert (drawn.subject_id, drawn.detail["decision"]) == (family, "5-17")
    assert "overwritten" in sentence(portal.run(*words, *both, *two))


def test_the_pack_about_an_incident_is_a_folder_of_four_files(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    family = add_person(ward.database, NOW).household_id
    with ward.database.write() as session:
        session.add(AuditEvent(**event(1, 1, "household.opened", family)))
    begin, end = (f"{NOW.astimezone(JST) + step:%Y-%m-%dT%H:%M}" for step in (-HOUR, HOUR))
    folder = tmp_path / "pack"
    words = ("audit", "incident", "--from", begin, "--to", end, "--out", folder, "--by", "first")
    done = portal.run(*words)
    assert done.returncode == 0, done.stderr
    names = {"affected.csv", "affected.json", "report.pdf", "report.xlsx"}
    assert {path.name for path in folder.iterdir()} == names
    with (folder / "affected.csv").open(encoding="utf-8-sig") as file:
        assert [row["household"] for row in csv.DictReader(file)] == [str(family)]
    with ward.database.read() as session:
        session.scalars(select(AuditEvent).filter_by(action="audit.incident_pack")).one()


HOUR = timedelta(hours=1)
