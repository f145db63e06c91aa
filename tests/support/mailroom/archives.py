"""Runs for a mail house that holds an age key.

``main`` builds an archive in a process of its own, to be killed.
"""

import hashlib
import io
import secrets
import shutil
import sys
import tarfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyrage

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.files.storing import open_pieces
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.mailroom.printing.archives import sending
from portal.domain.mailroom.printing.archives.building import BuiltArchive, build_archive
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.runs.pipeline.plan import this_node
from portal.domain.mailroom.printing.runs.pipeline.printer import PrintingNode, printing_node
from portal.platform.database import Database, make_engine
from tests.support.coupons import NOW
from tests.support.mailroom.proofs import approve_run
from tests.support.people import Person, add_person
from tests.support.staff import hire
from tests.support.work import source_of, work_in

DAY = date(2023, 6, 30)


@dataclass
class MailHouse:
    """A mail house with its key, the people who deal with it, and runs of letters."""

    database: Database
    folder: Path
    key: pyrage.x25519.Identity
    id: int
    officer: Actor
    ward: Actor
    households: int = 0

    @property
    def sender(self) -> PrintingNode:
        """What archives are built with, in the officer's name."""
        return self.node(self.officer)

    def node(self, actor: Actor = SYSTEM, now: datetime = NOW) -> PrintingNode:
        """The machine on which the runs were printed."""
        source = source_of(self.database, FixedClock(now), actor)
        return printing_node(source, self.folder)

    def other_node(self, actor: Actor = SYSTEM) -> PrintingNode:
        """Another machine on the same database, without any file."""
        return printing_node(source_of(self.database, actor=actor), self.folder / "elsewhere")

    def content(self, archive: BuiltArchive) -> bytes:
        """The encrypted file as another machine hands it out."""
        with self.database.read() as session:
            row = session.get_one(PrintArchive, archive.id)
            assert row.sealed_file_id is not None
            pieces = open_pieces(work_in(session), row.sealed_file_id, self.database.read)
            return b"".join(pieces)

    def build(self, run_id: int) -> BuiltArchive:
        """Build a run's archive."""
        return build_archive(self.sender, run_id, self.id)

    def hand_over(self, run_id: int) -> None:
        """Hand a run over in the name of two people."""
        with self.database.write() as session:
            handover.propose_hand_over(work_in(session, self.officer), run_id)
        with self.database.write() as session:
            handover.confirm_hand_over(work_in(session, self.ward), run_id)

    def opened(
        self, archive: BuiltArchive, key: pyrage.x25519.Identity | None = None
    ) -> dict[str, bytes]:
        """What the mail house finds in an archive."""
        plain = pyrage.decrypt(self.content(archive), [key or self.key])
        with tarfile.open(fileobj=io.BytesIO(plain)) as file:
            return {member.name: file.extractfile(member).read() for member in file}  # type: ignore[union-attr]

    def run(
        self, letters: int = 4, *, per_file: int = 2, size: int = 0, handed_over: bool = False
    ) -> tuple[int, list[Person]]:
        """A finished and approved run whose files hold noise instead of pages."""
        people = []
        for _ in range(letters):
            self.households += 1
            people.append(
                add_person(self.database, NOW, number=f"94{self.households:08}", children=1)
            )
        with self.database.write() as session:
            run = PrintRun(
                kind="credential",
                state="built",
                planned=letters,
                children=letters,
                total_yen=30_000 * letters,
                folder="",
                notice_date=DAY,
                created_at=NOW,
                finished_at=NOW,
            )
            session.add(run)
            session.flush()
            run.folder, run.node = f"run-{run.id:03}", this_node()
            place = self.folder / run.folder
            shutil.rmtree(place, ignore_errors=True)  # a site keeps its folder from test to test
            place.mkdir(parents=True)
            for number in range(1, -(-letters // per_file) + 1):
                mine = people[(number - 1) * per_file : number * per_file]
                data = secrets.token_bytes(size or 1000)
                name = f"letters-{run.id:03}-{number:04}.pdf"
                (place / name).write_bytes(data)
                session.add(
                    PrintChunk(
                        print_run_id=run.id,
                        number=number,
                        state="built",
                        file_name=name,
                        letters=len(mine),
                        sha256=hashlib.sha256(data).hexdigest(),
                        built_at=NOW,
                    )
                )
                for position, person in enumerate(mine, 1):
                    session.add(
                        Letter(
                            number=new_letter_number(),
                            household_id=person.household_id,
                            kind="credential",
                            state="printed",
                            print_run_id=run.id,
                            chunk_number=number,
                            position=position,
                            children=1,
                            amount_yen=30_000,
                            credential_id=person.credential_id,
                            created_at=NOW,
                            printed_at=NOW,
                        )
                    )
            run_id = run.id
        approve_run(self.database, run_id, self.officer, self.ward)
        if handed_over:
            self.hand_over(run_id)
        return run_id, people


def archive_states(house: MailHouse, run_id: int) -> list[str]:
    """The states of a run's archives, oldest first."""
    with house.database.read() as session:
        return [row.state for row in sending.archives_of(session, run_id)]


def make_mail_house(database: Database, folder: Path, *, consented: bool = True) -> MailHouse:
    """A mail house on a database; with the ward's consent."""
    ids = [
        hire(database, NOW, role, f"post-{role.value}").id
        for role in (Role.OFFICER, Role.WARD_OFFICER)
    ]
    officer = Actor(Role.OFFICER, ids[0], Organization.CONTRACTOR)
    ward = Actor(Role.WARD_OFFICER, ids[1], Organization.WARD)
    key = pyrage.x25519.Identity.generate()
    with database.write() as session:
        company = subcontractors.propose_subcontractor(
            work_in(session, officer),
            subcontractors.Company("汐風印刷", "mail_house", "手紙の封入", str(key.to_public())),
        )
        if consented:
            subcontractors.consent(
                work_in(session, ward), company.id, Instruction("5汐子第123号", DAY)
            )
    return MailHouse(database, folder, key, company.id, officer, ward)


def main() -> None:
    """Build an archive: URL of the database, letters folder, run, mail house, officer."""
    url, folder, run_id, company_id, officer = sys.argv[1:]
    database = Database(make_engine(url))
    actor = Actor(Role.OFFICER, int(officer), Organization.CONTRACTOR)
    sender = printing_node(source_of(database, actor=actor), Path(folder))
    sys.stdout.write("go\n")
    sys.stdout.flush()
    build_archive(sender, int(run_id), int(company_id))
    database.engine.dispose()
    sys.stdout.write("built\n")
