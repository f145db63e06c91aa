"""The commands about requests for disclosure, as two people of the ward run them."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.services import NewEntry, enter
from portal.domain.people.households.looks import VIEWED
from tests.support.coupons import NOW
from tests.support.mailroom.ward import Ward, ward
from tests.support.people import CANARY_NAME, add_person
from tests.support.programs.command import CommandLine, sentence
from tests.support.staff import hire
from tests.support.work import work_in

__all__ = ["ward"]
TWO = ("--by", "first", "--confirmed-by", "second")


@pytest.fixture
def portal(ward: Ward) -> CommandLine:
    """A deployment with two people of the ward and a clerk of the contractor."""
    for login in ("first", "second"):
        hire(ward.database, NOW, Role.WARD_OFFICER, login)
    hire(ward.database, NOW, Role.OFFICER, "clerk")
    return CommandLine(ward.folder, ward.environ["PORTAL_DATABASE_URL"], language="en")


def asked(ward: Ward) -> int:
    """The number of an open request."""
    clerk = Actor(Role.OFFICER, 1, Organization.CONTRACTOR)
    with ward.database.write() as session:
        day = date(2023, 7, 3)
        new = NewEntry(
            RegisterKind.DISCLOSURE.value, day, party="開示", number="30", until=date(2023, 8, 2)
        )
        return enter(work_in(session, clerk), new).id


def test_two_of_the_ward_search_and_draw_and_the_look_is_on_record(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    family = add_person(ward.database, NOW).household_id
    about = ("--request", asked(ward), "--household", f"#{family}")
    found = portal.run("disclosure", "search", *about, *TWO, "--json")
    assert found.returncode == 0, found.stderr
    tables = {one["table"] for one in json.loads(found.stdout)["holdings"]}
    assert {"household", "child", "credential"} <= tables
    shown = portal.run("disclosure", "search", *about, *TWO)
    assert "Registration" in shown.stdout
    assert CANARY_NAME not in found.stdout + shown.stdout
    file, black = tmp_path / "extract.pdf", tmp_path / "black.txt"
    black.write_text("山田\n\n", "utf-8")
    words = ("disclosure", "extract", *about, "--person", "0", "--decision", "5-31", "--out", file)
    done = portal.run(*words, "--black-out", black, *TWO)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(b"%PDF")
    assert "overwritten" in sentence(portal.run(*words, *TWO))
    with ward.database.read() as session:
        copy = session.scalars(select(DataCopy)).one()
        assert session.scalars(select(FileTransfer)).one().subject_id == copy.id
        looks = session.scalars(select(AuditEvent).filter_by(action=VIEWED)).all()
        assert any(f" {family} " in str(one.detail.get("households")) for one in looks)


def test_nobody_of_the_contractor_draws_and_nothing_is_written(
    ward: Ward, portal: CommandLine, tmp_path: Path
) -> None:
    family = add_person(ward.database, NOW).household_id
    file, black = tmp_path / "extract.pdf", tmp_path / "black.txt"
    black.write_bytes("山田".encode("cp932"))
    about = ("--request", asked(ward), "--household", f"#{family}")
    words = ("disclosure", "extract", *about, "--person", "0", "--decision", "5-31", "--out", file)
    assert portal.run(*words, "--by", "clerk", "--confirmed-by", "first").returncode == 1
    assert "UTF-8" in sentence(portal.run(*words, "--black-out", black, *TWO))
    assert not file.exists()
    with ward.database.read() as session:
        assert not session.scalars(select(DataCopy)).all()
