"""The commands about requests for disclosure, as two people of the ward run them."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.registers.services import NewEntry, enter
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.staff.models import StaffUser
from tests.support.coupons import NOW
from tests.support.mailroom.ward import Ward, ward
from tests.support.people import CANARY_NAME, add_person
from tests.support.programs.command import CommandLine, sentence
from tests.support.staff import hire
from tests.support.work import work_in

__all__ = ["ward"]
TWO = ("--by", "first", "--confirmed-by", "second")
KIND = ("--kind", "disclosure")


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


@dataclass
class Terminal:
    """The terminal of the ward, a family, and an open request about it."""

    ward: Ward
    portal: CommandLine
    family: int
    entry: int
    folder: Path

    def search(self, *options: str, again: str = "") -> CompletedProcess[str]:
        number = f"#{self.family}"
        about = ("--request", self.entry, "--household", number, "--again", again or number)
        return self.portal.run("disclosure", "search", *about, *(options or (*KIND, *TWO)))

    def extract(self, file: str, *options: object) -> CompletedProcess[str]:
        about = ("--request", self.entry, "--household", f"#{self.family}", "--person", "0")
        decision = ("--decision", "5-31", "--decided-on", "2023-07-04")
        out = ("--out", self.folder / file)
        return self.portal.run("disclosure", "extract", *about, *decision, *out, *options)

    def row(self) -> PersonRequest:
        with self.ward.database.read() as session:
            row = session.scalars(select(PersonRequest)).one()
            session.expunge(row)
            return row


@pytest.fixture
def terminal(ward: Ward, portal: CommandLine, tmp_path: Path) -> Terminal:
    family = add_person(ward.database, NOW).household_id
    return Terminal(ward, portal, family, asked(ward), tmp_path)


def test_two_of_the_ward_search_and_draw_and_the_steps_go_with_them(terminal: Terminal) -> None:
    found = terminal.search(*KIND, *TWO, "--json")
    assert found.returncode == 0, found.stderr
    tables = {one["table"] for one in json.loads(found.stdout)["holdings"]}
    assert {"household", "child", "credential"} <= tables
    row = terminal.row()
    assert (row.state, row.kind, row.household_id) == ("searched", "disclosure", terminal.family)
    shown = terminal.search(*TWO)
    assert "Registration" in shown.stdout
    assert CANARY_NAME not in found.stdout + shown.stdout
    black = terminal.folder / "black.txt"
    black.write_text("山田\n\n", "utf-8")
    done = terminal.extract("extract.pdf", "--black-out", black, *TWO)
    assert done.returncode == 0, done.stderr
    assert (terminal.folder / "extract.pdf").read_bytes().startswith(b"%PDF")
    assert "overwritten" in sentence(terminal.extract("extract.pdf", *TWO))
    row = terminal.row()
    assert (row.state, row.outcome, row.decision_no) == ("carried_out", "tell", "5-31")
    assert None not in {row.searched_by, row.searched_with, row.proposed_by, row.decided_by}
    with terminal.ward.database.read() as session:
        copy = session.scalars(select(DataCopy)).one()
        assert (row.measure, row.measure_ref) == ("extract", copy.id)
        assert session.scalars(select(FileTransfer)).one().subject_id == copy.id
        looks = session.scalars(select(AuditEvent).filter_by(action=VIEWED)).all()
        seen_by = {one.actor_id for one in looks if terminal.family in named_households(one.detail)}
        assert seen_by == {row.searched_by, row.searched_with}, "both are shown it"


def test_a_lost_extract_is_drawn_again_as_it_was_decided_and_not_otherwise(
    terminal: Terminal,
) -> None:
    assert terminal.search().returncode == 0
    assert terminal.extract("extract.pdf", *TWO).returncode == 0
    other = terminal.extract("other.pdf", "--person", "1", *TWO)
    assert "was decided" in sentence(other)
    assert not (terminal.folder / "other.pdf").exists()
    again = terminal.extract("again.pdf", *TWO)
    assert again.returncode == 0, again.stderr
    assert terminal.row().state == "carried_out"


def test_both_read_the_same_number_and_both_have_searched(terminal: Terminal) -> None:
    assert "number" in sentence(terminal.search(again="#999"))
    unsearched = terminal.extract("extract.pdf", *TWO)
    assert "search" in sentence(unsearched).lower()
    assert "kind" in sentence(terminal.search(*TWO)).lower()
    assert terminal.search().returncode == 0
    hire(terminal.ward.database, NOW, Role.WARD_OFFICER, "third")
    third = terminal.extract("extract.pdf", "--by", "first", "--confirmed-by", "third")
    assert "searched" in sentence(third)
    assert not (terminal.folder / "extract.pdf").exists()
    assert terminal.row().state == "searched"


def test_what_was_typed_on_a_page_that_went_away_is_searched_anew(terminal: Terminal) -> None:
    with terminal.ward.database.write() as session:
        first = session.scalars(select(StaffUser).filter_by(login="first")).one()
        work = work_in(session, Actor(Role.WARD_OFFICER, first.id, Organization.WARD))
        row = steps.begin(work, terminal.entry, "disclosure")
        steps.ask_search(work, row.id, "9800000009")
    done = terminal.search(*TWO)
    assert done.returncode == 0, done.stderr
    assert terminal.row().household_id == terminal.family


def test_nobody_of_the_contractor_draws_and_nothing_is_written(terminal: Terminal) -> None:
    black = terminal.folder / "black.txt"
    black.write_bytes("山田".encode("cp932"))
    assert terminal.search(*KIND, "--by", "clerk", "--confirmed-by", "first").returncode == 1
    assert terminal.search().returncode == 0
    clerk = ("--by", "clerk", "--confirmed-by", "first")
    assert terminal.extract("extract.pdf", *clerk).returncode == 1
    assert "UTF-8" in sentence(terminal.extract("extract.pdf", "--black-out", black, *TWO))
    assert not (terminal.folder / "extract.pdf").exists()
    with terminal.ward.database.read() as session:
        assert not session.scalars(select(DataCopy)).all()
