"""The ward's two papers of the audit, as its people take them from the command line."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.heads import make_signer
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.states import ListState
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.staff.models import StaffUser
from tests.functional.oversight.auditing.test_pack import event
from tests.functional.oversight.person_lists.support import KEY, opened
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


HOUR = timedelta(hours=1)


def taking(folder: Path, *people: str) -> tuple[object, ...]:
    """The words of the command about the hours around now, for a recipient in a file."""
    begin, end = (f"{NOW.astimezone(JST) + step:%Y-%m-%dT%H:%M}" for step in (-HOUR, HOUR))
    recipient = folder / "recipient.txt"
    recipient.write_text("区 総務課 係長\n", "utf-8")
    where = ("--recipient", recipient, "--out", folder / "pack")
    by, second = people
    two = ("--by", by, "--confirmed-by", second)
    return ("audit", "incident", "--from", begin, "--to", end, *where, *two)


def seen_family(ward: Ward) -> int:
    """A family whose page somebody opened."""
    family = add_person(ward.database, NOW).household_id
    with ward.database.write() as session:
        session.add(AuditEvent(**event(1, 1, "household.opened", family)))
    return family


def test_the_families_of_an_incident_leave_approved_encrypted_marked_and_traceable(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    family = seen_family(ward)
    done = portal.run(*taking(tmp_path, "first", "second"))
    assert done.returncode == 0, done.stderr
    with ward.database.read() as session:
        row = session.scalars(select(PersonList)).one()
        people = {user.id: user.login for user in session.scalars(select(StaffUser))}
        assert (people[row.requested_by], people[row.decided_by or 0]) == ("first", "second")
        assert (row.kind, row.state, row.rows) == ("incident", ListState.FETCHED, 1)
        assert session.scalars(select(DataCopy)).one().id == row.copy_id
        session.scalars(select(AuditEvent).filter_by(action="audit.incident_pack")).one()
        looks = session.scalars(select(AuditEvent).filter_by(action=VIEWED)).all()
        assert any(family in named_households(one.detail) for one in looks)
        number, file_name = row.id, row.file_name
    folder = tmp_path / "pack"
    names = {"report.pdf", "report.xlsx", file_name}
    assert {path.name for path in folder.iterdir()} == names
    key = KEY.search(done.stderr)
    assert key is not None
    assert key[0] not in done.stdout
    workbook = opened((folder / file_name).read_bytes(), key[0])
    facts, table = (
        CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(at).to_python()
        for at in (0, 1)
    )
    assert "区 総務課 係長" in str(facts)
    assert [line[0] for line in table[2:]] == [f"#{family}"]
    leaked = tmp_path / "leaked.xlsx"
    leaked.write_bytes(workbook)
    told = portal.run("person-lists", "trace", leaked, "--by", "first", "--json")
    assert [one["number"] for one in json.loads(told.stdout)] == [number]


def test_a_pack_without_a_second_person_of_the_ward_is_not_taken(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    seen_family(ward)
    hire(ward.database, NOW, Role.OFFICER, "clerk")
    for people in (("first", "first"), ("first", "clerk"), ("clerk", "first")):
        assert portal.run(*taking(tmp_path, *people)).returncode == 1
    assert not (tmp_path / "pack").exists()
    with ward.database.read() as session:
        assert session.scalars(select(PersonList)).all() == []


def test_a_pack_that_nobody_is_in_is_a_report_alone(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    done = portal.run(*taking(tmp_path, "first", "second"))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "pack").iterdir()} == {"report.pdf", "report.xlsx"}
    assert KEY.search(done.stderr) is None
    with ward.database.read() as session:
        assert session.scalars(select(PersonList)).all() == []
