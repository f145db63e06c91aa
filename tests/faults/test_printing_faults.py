"""A batch on its way to the mail house, killed at any moment.

The proof and the archive are whole or not there.
"""

import hashlib
import random
import time
from pathlib import Path

from sqlalchemy import func, select

from portal.domain.foundation.files.storing import open_pieces
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.archives.sending import archives_of
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.models import PrintProof, PrintProofPage
from portal.domain.mailroom.printing.proofs.pictures import open_picture, pages_of
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.platform.database import Database
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.mailroom.letters import add_families, printer
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE
from tests.support.work import work_in

KILLS, KILLS_IN_FULL = 3, 8


def start(step: str, *arguments: object) -> warm.Program:
    """Begin a step in a process of its own, and return when it is at work."""
    child = warm.start("tests.support.mailroom", step, *arguments, strict=True)
    assert child.stdout.readline() == "go\n"
    return child


def whole_proofs(house: MailHouse, run_id: int) -> int:
    """How many proofs there are; each shows all its pictures.

    The first letter and the last are always among them; those drawn at random may be the same two.
    """
    with house.database.write() as session:
        proofs = session.scalars(select(PrintProof)).all()
        for proof in proofs:
            pages = pages_of(session, proof, include_protected=False)
            assert len(pages) == (session.scalar(select(func.count(PrintProofPage.id))) or 0) >= 2
            for page in pages:
                png = open_picture(
                    work_in(session, house.ward), run_id, page.id, include_protected=False
                )
                assert png.endswith(b"IEND\xaeB`\x82")
        return len(proofs)


def whole_archives(house: MailHouse, run_id: int) -> int:
    """How many archives there are; each file is the one that was noted."""
    with house.database.read() as session:
        found = archives_of(session, run_id)
        for row in found:
            pieces = open_pieces(work_in(session), row.sealed_file_id or 0, house.database.read)
            assert hashlib.sha256(b"".join(pieces)).hexdigest() == row.sha256
        return len(found)


def test_a_batch_killed_while_it_is_proved_or_packed_goes_on_and_nothing_is_half_done(
    database: Database,
    database_url: str,
    tmp_path: Path,
    dice: random.Random,
    full_matrix: bool,
) -> None:
    add_families(database, 12)
    built = build_letters(printer(database, tmp_path), workers=0, chunk_size=4)
    assert isinstance(built, BuiltRun)
    house, run_id = make_mail_house(database, tmp_path), built.run_id
    files = {path.name for path in built.folder.iterdir()}
    killed = 0
    steps = (
        ("proofs", (house.folder, run_id, house.officer.id)),
        ("archives", (house.folder, run_id, house.id, house.officer.id)),
    )
    for step, arguments in steps:
        there = 0
        for number in range(KILLS_IN_FULL if full_matrix else KILLS):
            child = start(step, database_url, *arguments)
            if number:  # the first never ends by itself, on any machine
                time.sleep(dice.uniform(0.0, 0.4 if step == "proofs" else 0.04))
            child.kill()
            child.communicate()
            killed += child.returncode < 0
            proofs, archives = (
                whole_proofs(house, run_id),
                whole_archives(house, run_id),
            )
            there = proofs if step == "proofs" else archives
            if there:
                break
        if not there:
            _out, fault = start(step, database_url, *arguments).communicate(timeout=PATIENCE)
            assert not fault, fault
    assert killed
    assert (whole_proofs(house, run_id), whole_archives(house, run_id)) == (1, 1)
    left = {path.name for path in built.folder.iterdir()} - files
    with database.write() as session:
        assert left == set()
        approve_proof(work_in(session, house.ward), run_id)
    house.hand_over(run_id)
    with database.read() as session:
        assert set(session.scalars(select(Letter.state))) == {"handed_over"}
