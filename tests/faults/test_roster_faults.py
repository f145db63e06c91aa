"""Faults during an import: killed, disk full, database away, wrong key. Nothing is half done."""

import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.mailroom.roster.checks.check import CheckedHousehold, CheckedRow, check_file
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.models import RosterImport, StagedHousehold
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.households.models import Household
from portal.platform.database import Database, make_engine
from tests.support.mailroom.roster import Ward, importer, rules_for
from tests.support.programs.command import CommandLine, sentence
from tests.support.programs.small_ward import small_ward
from tests.support.transfers import extract_figures, written_sheet

KILLS, KILLS_IN_FULL = 3, 10
IMPORT = ("roster", "import", "--layout", "sample")


def households(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Household)) or 0


def extract(folder: Path, count: int) -> Path:
    return make_extract(ExtractPlan(households=count, seed=31, clean=True)).write(folder, "sample")[
        "sample"
    ]


def sheet_of(path: Path) -> Path:
    """The ward's sheet of an extract, beside it."""
    manifest = json.loads(path.with_name("manifest.json").read_text(encoding="utf-8"))
    figures = extract_figures(manifest["totals"], path.read_bytes())
    return written_sheet(path.parent, TransferKind.EXTRACT, path, figures)


def test_an_import_killed_at_any_moment_is_completed_once(
    empty_database_url: str, tmp_path: Path, dice: random.Random, full_matrix: bool
) -> None:
    path = extract(tmp_path, 1500)
    expected = make_extract(ExtractPlan(households=1500, seed=31, clean=True)).manifest()["totals"]
    portal = CommandLine(tmp_path / "data", empty_database_url, small_ward(tmp_path))
    assert portal.run("init").returncode == 0
    trial = CommandLine(tmp_path / "trial", program=small_ward(tmp_path))
    assert trial.run("init").returncode == 0
    started = time.monotonic()
    assert trial.run(*IMPORT, path, "--sheet", sheet_of(path)).returncode == 0
    whole = time.monotonic() - started
    database = Database(make_engine(empty_database_url))
    killed = 0
    for number in range(KILLS_IN_FULL if full_matrix else KILLS):
        process = portal.start(*IMPORT, path, "--sheet", sheet_of(path))
        # the first never ends by itself, on any machine
        time.sleep(dice.uniform(0.3, 1.1) * whole if number else 0.2 * whole)
        if process.poll() is None:
            process.kill()
            killed += 1
        process.communicate()
        assert households(database) in {0, 1500}
    done = portal.run(*IMPORT, path, "--sheet", sheet_of(path))
    assert done.returncode == 0, done.stderr
    assert households(database) == 1500
    with database.read() as session:
        assert totals(session).all.yen == expected["yen_issue"]
        assert session.scalar(select(func.count()).select_from(StagedHousehold)) == 0
        assert list(session.scalars(select(RosterImport.state))) == ["applied"]
    again = portal.run(*IMPORT, path, "--sheet", sheet_of(path))
    assert "取り込み済み" in again.stdout
    assert killed
    database.engine.dispose()


def test_a_full_disk_is_one_sentence_and_the_import_goes_on_later(tmp_path: Path) -> None:
    path = extract(tmp_path, 1500)
    portal = CommandLine(tmp_path / "data", program=small_ward(tmp_path))
    assert portal.run("init").returncode == 0
    done = portal.run(*IMPORT, path, "--sheet", sheet_of(path), disk=1_500_000)
    assert done.returncode == 1
    assert "空き容量" in sentence(done)
    database = Database(make_engine(f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}"))
    assert households(database) == 0
    assert portal.run(*IMPORT, path, "--sheet", sheet_of(path)).returncode == 0
    assert households(database) == 1500
    database.engine.dispose()


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    path = extract(tmp_path, 5)
    portal = CommandLine(tmp_path / "data", "postgresql://portal@127.0.0.1:9/portal")
    done = portal.run(*IMPORT, path, "--sheet", sheet_of(path))
    assert done.returncode == 1
    assert "PORTAL_DATABASE_URL" in sentence(done)


@pytest.mark.parametrize("fault", ["other keys", "no keys", "no key at all"])
def test_wrong_keys_are_one_sentence_and_change_nothing(tmp_path: Path, fault: str) -> None:
    path = extract(tmp_path, 5)
    program = small_ward(tmp_path)
    portal = CommandLine(tmp_path / "data", program=program)
    other = CommandLine(tmp_path / "other", program=program)
    assert portal.run("init").returncode == 0
    assert other.run("init").returncode == 0
    keys = tmp_path / "data" / "keys"
    if fault == "other keys":
        shutil.rmtree(keys)
        shutil.copytree(tmp_path / "other" / "keys", keys)
    elif fault == "no keys":
        (keys / "kek.key").unlink()
    else:
        (keys / "index.key").write_text("no key")
    done = portal.run(*IMPORT, path, "--sheet", sheet_of(path))
    assert done.returncode == 1
    assert "鍵" in sentence(done)
    database = Database(make_engine(f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}"))
    assert households(database) == 0
    database.engine.dispose()


def test_an_import_that_is_overtaken_by_another_applies_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ward = Ward(sqlite_database, tmp_path)
    ward.hand_over()
    path = ward.write(
        ward.extract(lambda later: later.families[0].people[0].cells.update(方書="みなも荘"))
    )
    report = check_file(path, find_layout("sample"), rules_for(ward.plan))
    rows = report.completed

    def meanwhile() -> Iterator[tuple[CheckedHousehold | None, tuple[CheckedRow, ...]]]:
        for number, one in enumerate(rows()):
            if number == 3:
                assert ward.take(path).state == "staged"
            yield one

    report.completed = meanwhile  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        importer(sqlite_database).run(path, report)
    with sqlite_database.read() as session:
        assert list(session.scalars(select(RosterImport.state).order_by(RosterImport.id))) == [
            "applied",
            "staged",
        ]
        assert session.scalar(select(func.count()).select_from(StagedHousehold)) == 12
