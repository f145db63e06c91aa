"""What ``build_letters`` prints, and what it never prints."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.files import locked_folder
from portal.domain.mailroom.printing.runs.queries import to_withdraw
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.signin import attempt
from portal.platform.database import Database
from tests.support.canaries import CANARIES
from tests.support.coupons import NOW, VAULT
from tests.support.mailroom.letters import (
    PUBLIC_URL,
    add_families,
    households_of,
    printer,
    read_papers,
)
from tests.support.people import CANARY_BUILDING, CANARY_CHILDREN, add_person
from tests.support.reading import pdf
from tests.support.work import work_in

GAIJI, NAMED = "\ue001村　花子", "紅林　茜"


def build(
    database: Database,
    folder: Path,
    *,
    workers: int = 0,
    chunk_size: int = 4,
    limit: int | None = None,
) -> BuiltRun:
    built = build_letters(
        printer(database, folder), workers=workers, chunk_size=chunk_size, limit=limit
    )
    assert isinstance(built, BuiltRun)
    return built


def test_every_letter_reads_back_and_opens_its_own_household(
    database: Database, tmp_path: Path
) -> None:
    ids = add_families(database, 10, protected=[2], held=[5], names={7: GAIJI})
    built = build(database, tmp_path, workers=2)
    papers = read_papers(built.paths)
    assert len(papers) == len({paper.login_id for paper in papers}) == 7
    assert len({paper.password for paper in papers}) == 7
    found = households_of(database, papers)
    assert set(found.values()) == {ids[at] for at in (0, 1, 3, 4, 6, 8, 9)}
    assert all(is_letter_number(paper.number) and read_login_id(paper.login_id) for paper in papers)
    scanned = [codes for path in built.paths for codes in pdf.codes(path.read_bytes(), 200)]
    for paper, codes in zip(papers, scanned, strict=True):
        assert sorted(codes) == sorted([paper.number, f"{PUBLIC_URL}/signin?id={paper.login_id}"])
        assert not any(paper.password in code for code in codes)


def test_a_letter_signs_its_household_in_and_nobody_else(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_families(sqlite_database, 2)
    papers = read_papers(build(sqlite_database, tmp_path).paths)
    first, second = papers
    visitor = attempt.Visitor("192.0.2.7")
    for password, stage in ((first.password.lower(), "birth"), (second.password, None)):
        with sqlite_database.write() as session:
            typed = TypedLogin(first.login_id, password)
            tried = attempt.begin(work_in(session), typed, visitor).compared(HashPool(VAULT))
            signed_in = attempt.finish(work_in(session), tried, None)
        assert (signed_in.stage if signed_in else None) == stage


def test_manifest_and_files_agree_and_name_nobody(database: Database, tmp_path: Path) -> None:
    ids = add_families(database, 9, held=[1])
    built = build(database, tmp_path)
    papers = read_papers(built.paths)
    with built.manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["letter_number"], row["file"], int(row["page"])) for row in rows] == [
        (paper.number, paper.file, paper.page) for paper in papers
    ]
    assert {int(row["household_id"]) for row in rows} == {*ids} - {ids[1]}
    sums = json.loads(built.manifest.with_suffix(".json").read_text("utf-8"))
    assert sums["letters"] == sums["households"] == len(rows) == 8
    assert sums["children"] == sum(int(row["children"]) for row in rows) == 11
    assert sums["amount_yen"] == 11 * 30_000
    everything = built.manifest.read_text("utf-8") + json.dumps(sums)
    assert not any(canary in everything for canary in CANARIES)
    assert not any(paper.login_id in everything or paper.password in everything for paper in papers)
    assert {path.name for path in built.folder.iterdir()} == {
        *(path.name for path in built.paths),
        built.back.name,
        built.manifest.name,
        built.manifest.with_suffix(".json").name,
    }
    assert {path.stat().st_mode & 0o777 for path in built.folder.iterdir()} == {0o600}
    assert built.folder.stat().st_mode & 0o777 == 0o700


def test_names_stand_in_the_window_only(sqlite_database: Database, tmp_path: Path) -> None:
    add_families(sqlite_database, 2)
    for paper in read_papers(build(sqlite_database, tmp_path).paths):
        assert paper.text.count(CANARY_BUILDING) == 1
        assert not any(name.split("　")[1] in paper.text for name, _kana in CANARY_CHILDREN)


def test_nothing_is_printed_before_protection_is_loaded(database: Database, tmp_path: Path) -> None:
    add_families(database, 2, known=False)
    with pytest.raises(NotAllowedError):
        build_letters(printer(database, tmp_path / "letters"), workers=0)
    assert not (tmp_path / "letters").exists()
    with database.write() as session:
        assert session.scalar(select(func.count(Letter.id))) == 0
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    assert build(database, tmp_path).totals.letters == 2


def test_what_cannot_be_printed_is_listed_and_held_before_anything_is_printed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ids = add_families(sqlite_database, 3, names={0: GAIJI, 2: "あ" * 150})
    built = build_letters(printer(sqlite_database, tmp_path), workers=0)
    assert isinstance(built, BuiltRun)
    assert built.checked is not None
    assert [(one.household_id, one.reason, one.characters) for one in built.checked.findings] == [
        (ids[0], "missing_characters", ("U+E001",)),
        (ids[2], "does_not_fit", ()),
    ]
    assert built.totals.letters == 1
    with sqlite_database.read() as session:
        assert sorted(session.scalars(select(Hold.household_id))) == [ids[0], ids[2]]
    again = build_letters(printer(sqlite_database, tmp_path), workers=0)
    assert isinstance(again, Preflight)
    assert again.left_out["held"] == 2
    assert again.findings == ()


@pytest.mark.asvs("6.4.3")
def test_a_new_letter_ends_the_old_password(database: Database, tmp_path: Path) -> None:
    person = add_person(database, NOW)
    with database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    build(database, tmp_path)
    with database.read() as session:
        states = {
            row.id: row.state for row in session.execute(select(Credential.id, Credential.state))
        }
    assert states.pop(person.credential_id) == "superseded"
    assert list(states.values()) == ["issued"]


@pytest.mark.parametrize("change", ["protected", "held"])
def test_a_flag_that_comes_while_its_letter_is_drawn_stops_it(
    database: Database, tmp_path: Path, change: str
) -> None:
    ids = add_families(database, 12)

    def flag(done: int, total: int) -> None:
        if done != 4:
            return
        # with one worker the second file is being drawn now
        with database.write() as session:
            if change == "protected":
                session.get_one(Household, ids[5]).protected = True
            else:
                session.add(Hold(household_id=ids[5], code="W10_MOVED_AFTER_BASE", created_at=NOW))

    built = build_letters(printer(database, tmp_path), workers=1, chunk_size=4, progress=flag)
    assert isinstance(built, BuiltRun)
    papers = read_papers(built.paths)
    assert set(households_of(database, papers).values()) == {*ids} - {ids[5]}
    assert built.totals.letters == 11
    assert built.totals.cancelled == 1
    with database.read() as session:
        run = session.get_one(PrintRun, built.run_id)
        assert (run.planned, run.children, run.total_yen) == (
            11,
            built.totals.children,
            built.totals.amount_yen,
        )
        assert (
            session.scalar(select(Credential.id).where(Credential.household_id == ids[5])) is None
        )


def test_printed_letters_of_households_protected_since_are_to_be_taken_out(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ids = add_families(sqlite_database, 3)
    papers = read_papers(build(sqlite_database, tmp_path).paths)
    with sqlite_database.write() as session:
        session.get_one(Household, ids[1]).protected = True
    with sqlite_database.read() as session:
        (letter,) = to_withdraw(session, include_protected=True)
    paper = next(one for one in papers if one.number == letter.letter_number)
    assert households_of(sqlite_database, [paper]) == {paper.number: ids[1]}
    assert (letter.file, letter.page) == (paper.file, paper.page)


def test_a_second_build_at_the_same_time_is_refused(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_families(sqlite_database, 2)
    with locked_folder(tmp_path), pytest.raises(ConflictError):
        build_letters(printer(sqlite_database, tmp_path), folder=tmp_path, workers=0)
    assert build(sqlite_database, tmp_path).resumed


def test_a_resumed_run_keeps_its_date_and_misses_no_file(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_families(sqlite_database, 8)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    clock = FixedClock(NOW)
    first = printer(sqlite_database, tmp_path, clock)
    with pytest.raises(KeyboardInterrupt):
        build_letters(first, workers=0, chunk_size=4, notice_date=date(2023, 7, 20), progress=stop)
    (kept,) = (tmp_path / "run-001").glob("letters-*.pdf")
    clock.advance(days=3)
    hidden = kept.rename(tmp_path / "hidden.pdf")
    with pytest.raises(InputError, match=kept.name):
        build_letters(first, workers=0)
    hidden.rename(kept)
    built = build_letters(first, workers=0)
    assert isinstance(built, BuiltRun)
    papers = read_papers(built.paths)
    assert all("令和5年7月20日" in paper.text for paper in papers)
    assert len(households_of(sqlite_database, papers)) == 8


def test_what_a_build_left_that_was_killed_before_its_run_was_stored_goes(
    database: Database, tmp_path: Path
) -> None:
    """An empty folder alone: what holds anything stays, and so does that of every run."""
    add_families(database, 2)
    first = build(database, tmp_path, limit=1)
    (tmp_path / "run-990").mkdir()
    (tmp_path / "run-991").mkdir()
    (tmp_path / "run-991" / "kept").touch()
    second = build(database, tmp_path)
    left = {place.name for place in tmp_path.iterdir()}
    assert left == {first.folder.name, second.folder.name, "run-991"}


def test_passwords_are_nowhere_but_on_paper(sqlite_database: Database, tmp_path: Path) -> None:
    add_families(sqlite_database, 4)
    papers = read_papers(build(sqlite_database, tmp_path / "letters", workers=1).paths)
    file = Path(sqlite_database.engine.url.database or "")
    stored = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    assert b"letter.printed" in stored
    for paper in papers:
        for secret in (
            paper.password,
            "-".join(paper.password[at : at + 4] for at in (0, 4, 8)),
            paper.login_id,
        ):
            assert secret.encode() not in stored
    assert not any(canary.encode() in stored for canary in CANARIES)


def test_a_build_right_after_an_import_need_not_wait_for_the_database_to_count_its_tables(
    postgres_database: Database, tmp_path: Path
) -> None:
    """Uncounted, each chunk read all entitlements of the ward."""
    add_families(postgres_database, 5)
    build(postgres_database, tmp_path)
    counted = text("SELECT relname FROM pg_class WHERE reltuples > 0")
    with postgres_database.read() as session:
        assert {"household", "entitlement", "letter"} <= set(session.scalars(counted))
