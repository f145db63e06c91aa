"""Builds that are killed, that meet each other, or that run out of space.

Every household gets one letter, whole.
"""

import hashlib
import json
import random
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.people.credentials.models import Credential
from portal.platform.database import Database
from tests.support.mailroom.letters import add_families, households_of, read_papers
from tests.support.mailroom.ward import Ward
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE

HOUSEHOLDS, PER_FILE = 24, 3


def start(url: str, folder: Path) -> warm.Program:
    return warm.start("tests.support.mailroom", "letters", url, folder, PER_FILE, strict=True)


def check_one_letter_each(database: Database, folder: Path, ids: list[int]) -> None:
    """One run, one letter and one living credential a household, no file unknown to the run."""
    with database.read() as session:
        run = session.scalars(select(PrintRun)).one()
        assert run.state == "built"
        home = folder / run.folder
        number = f"{run.id:03}"  # PostgreSQL gives no number twice, also after a killed start
        chunks = session.scalars(select(PrintChunk).order_by(PrintChunk.number)).all()
        digests = {home / (chunk.file_name or ""): chunk.sha256 for chunk in chunks}
        letters = Counter(session.scalars(select(Letter.household_id)))
        credentials = Counter(session.scalars(select(Credential.household_id)))
        assert letters == credentials == Counter(ids)
        assert (
            session.scalar(select(func.count(Credential.id)).where(Credential.state != "issued"))
            == 0
        )
    files = list(digests)
    for file, digest in digests.items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    papers = read_papers(files)
    assert sorted(households_of(database, papers).values()) == sorted(ids)
    assert len(papers) == len(ids)
    sums = json.loads((home / f"manifest-{number}.json").read_text("utf-8"))
    assert [file["file"] for file in sums["files"]] == [file.name for file in files]
    extra = {path.name for path in home.iterdir()} - {file.name for file in files}
    assert extra == {f"back-{number}.pdf", f"manifest-{number}.csv", f"manifest-{number}.json"}
    assert [path.name for path in folder.iterdir()] == [f"run-{number}"]


def test_killed_at_any_moment_the_next_build_goes_on(
    database: Database, database_url: str, tmp_path: Path, dice: random.Random
) -> None:
    ids = add_families(database, HOUSEHOLDS)
    folder = tmp_path / "letters"
    killed = 0
    for longest in (0.0, 1.5, 1.5):  # the first never ends by itself, on any machine
        child = start(database_url, folder)
        time.sleep(dice.uniform(longest / 3, longest))
        child.kill()
        _out, fault = child.communicate()
        killed += child.returncode < 0
        assert child.returncode < 0 or not fault, fault
    child = start(database_url, folder)
    _out, fault = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, fault
    assert killed
    check_one_letter_each(database, folder, ids)


def test_two_builds_at_once_print_each_letter_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    ids = add_families(database, HOUSEHOLDS)
    folder = tmp_path / "letters"
    both = [start(database_url, folder), start(database_url, folder)]
    faults = [child.communicate(timeout=PATIENCE)[1] for child in both]
    codes = sorted(child.returncode for child in both)
    assert codes in ([0, 0], [0, 1]), faults
    if codes == [0, 1]:
        assert any("ConflictError" in fault for fault in faults)
    check_one_letter_each(database, folder, ids)


def test_a_full_disk_is_one_sentence_and_nothing_half_done(ward: Ward) -> None:
    ids = add_families(ward.database, 60)
    disk = 900_000  # bytes: the database fits, the file of sixty letters does not
    broken = warm.start("portal", "letters", "build", env=ward.environ, disk=disk)
    _out, fault = broken.communicate(timeout=PATIENCE)
    assert broken.returncode == 1
    assert "letters-001-0001.pdf" in fault.splitlines()[-1]
    assert "Traceback" not in fault
    folder = ward.folder / "letters" / "run-001"
    assert [path.name for path in folder.iterdir()] == ["back-001.pdf"]
    with ward.database.read() as session:
        assert session.scalar(select(func.count(Credential.id))) == 0
        assert set(session.scalars(select(Letter.state))) == {"prepared"}
    again = warm.start("portal", "letters", "build", env=ward.environ)
    _out, fault = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, fault
    check_one_letter_each(ward.database, ward.folder / "letters", ids)
