"""An archive that is killed while it is built, or built twice at once."""

import hashlib
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.files.models import SealedPiece
from portal.domain.foundation.files.storing import open_pieces
from portal.domain.foundation.jobs.names import JobName
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.mailroom.archives import MailHouse, archive_states, make_mail_house
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE
from tests.support.work import work_in
from tests.support.worker import run_job


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def whole(house: MailHouse, row: PrintArchive) -> bool:
    with house.database.read() as session:
        pieces = open_pieces(work_in(session), row.sealed_file_id or 0, house.database.read)
        return hashlib.sha256(b"".join(pieces)).hexdigest() == row.sha256


def start(house: MailHouse, url: str, run_id: int) -> warm.Program:
    arguments = (url, house.folder, run_id, house.id, house.officer.id)
    child = warm.start("tests.support.mailroom", "archives", *arguments, strict=True)
    assert child.stdout.readline() == "go\n"
    return child


def test_killed_at_any_moment_there_is_a_whole_archive_or_none(
    house: MailHouse, database_url: str, dice: random.Random
) -> None:
    run_id, _people = house.run(4, size=8_000_000)
    killed = 0
    for longest in (0.0, 0.25, 0.25):  # the first never ends by itself, on any machine
        child = start(house, database_url, run_id)
        time.sleep(dice.uniform(0.0, longest))
        child.kill()
        child.communicate()
        killed += child.returncode < 0
        with house.database.read() as session:
            rows = session.scalars(select(PrintArchive)).all()
            for row in rows:
                assert whole(house, row)
        if rows:
            break
    assert killed
    child = start(house, database_url, run_id)
    _out, fault = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0 or "archive_there" in fault or "もう作ってあります" in fault, fault
    with house.database.read() as session:
        (row,) = session.scalars(select(PrintArchive))
        assert whole(house, row)
        kept = row.sealed_file_id
    tomorrow = house.node(now=NOW + timedelta(days=2))
    run_job(tomorrow, JobName.SWEEP)
    while run_job(tomorrow, JobName.SEALED_PIECES).handled:
        pass
    with house.database.read() as session:
        assert set(session.scalars(select(SealedPiece.sealed_file_id))) == {kept}


def test_two_at_once_make_one_archive(house: MailHouse, database_url: str) -> None:
    run_id, _people = house.run(4, size=5_000_000)
    both = [start(house, database_url, run_id) for _ in range(2)]
    faults = [child.communicate(timeout=PATIENCE)[1] for child in both]
    assert sorted(child.returncode for child in both) == [0, 1], faults
    assert any("ConflictError" in fault for fault in faults)
    assert archive_states(house, run_id) == ["built"]
