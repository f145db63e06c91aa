"""Two machines on one database: plain letters stay where they were printed, archives do not.

A machine that is lost before the hand-over takes its letters along; they are made again.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    IntegrityFaultError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.foundation.files.models import SealedFile, SealedPiece
from portal.domain.foundation.jobs.begun import begin
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.names import BegunKind, JobName
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.mailroom.printing.archives import sending
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.archives.discarding import give_up_lost_run
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.files import write_pieces
from portal.domain.people.credentials.models import Credential
from portal.platform.database import Database
from portal.settings import Settings
from portal.worker.begun import Begun
from tests.support.mailroom.archives import MailHouse, archive_states, make_mail_house
from tests.support.mailroom.letters import add_families, printer, read_papers
from tests.support.work import work_in
from tests.support.worker import run_job


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def lose(house: MailHouse, run_id: int) -> tuple[int, int]:
    with house.database.write() as session:
        gone = give_up_lost_run(work_in(session, house.officer), run_id)
        return gone.letters, gone.credentials


def test_an_archive_is_handed_over_and_out_though_its_machine_is_lost(house: MailHouse) -> None:
    run_id, _people = house.run()
    built = house.build(run_id)
    (house.folder / f"run-{run_id:03}").rename(house.folder / "burnt")
    with pytest.raises(ConflictError, match="このまま引き渡せます"):
        lose(house, run_id)
    house.hand_over(run_id)
    with house.database.write() as session:
        other = house.other_node(house.officer)
        taken = sending.take_archive(work_in(session, house.officer), other, run_id, built.id)
    data = b"".join(taken.pieces)
    assert (taken.size, hashlib.sha256(data).hexdigest()) == (len(data), built.sha256)
    assert data.startswith(b"age-encryption.org/")


def test_of_a_damaged_archive_no_file_is_left(house: MailHouse, tmp_path: Path) -> None:
    run_id, _people = house.run()
    built = house.build(run_id)
    house.hand_over(run_id)
    with house.database.write() as session:
        session.execute(delete(SealedPiece))
    with house.database.write() as session:
        work = work_in(session, house.officer)
        taken = sending.take_archive(work, house.sender, run_id, built.id)
    place = tmp_path / "taken"
    place.mkdir()
    with pytest.raises(IntegrityFaultError, match="一部がありません"):
        write_pieces(place / taken.file_name, taken.pieces)
    assert list(place.iterdir()) == []


def test_the_archive_is_sealed_once_more_in_the_database(house: MailHouse) -> None:
    run_id, _people = house.run(size=1_500_000)
    house.build(run_id)
    with house.database.read() as session:
        pieces = session.scalars(select(SealedPiece.sealed).order_by(SealedPiece.number)).all()
    assert len(pieces) == 3  # two files of 1.5 MB, in pieces of one
    assert not any(b"age-encryption" in piece for piece in pieces)


def test_another_machine_says_where_the_letters_are(house: MailHouse) -> None:
    run_id, _people = house.run()
    with house.database.write() as session:
        session.get_one(PrintRun, run_id).node = "printer-1"
    with pytest.raises(InputError, match="printer-1"):
        build_archive(house.other_node(house.officer), run_id, house.id)
    with house.database.read() as session:
        assert session.scalars(select(SealedFile)).all() == []


def test_a_worker_leaves_to_the_other_machine_what_was_printed_there(
    house: MailHouse, tmp_path: Path
) -> None:
    run_id, _people = house.run()
    with house.database.write() as session:
        session.get_one(PrintRun, run_id).node = "printer-1"
        work = work_in(session, house.officer)
        begin(work, BegunKind.ARCHIVE, run_id, company=house.id)
    source = house.node()
    settings = Settings(data_dir=tmp_path / "data")
    other = Begun(source, settings, Holder("other"))
    assert not other.one()
    assert archive_states(house, run_id) == []
    settings.letters_dir.parent.mkdir()
    settings.letters_dir.symlink_to(house.folder)
    assert Begun(source, settings, Holder("printer")).one()
    assert archive_states(house, run_id) == ["built"]


def test_letters_of_a_lost_machine_are_made_again_with_new_passwords(
    database: Database, tmp_path: Path
) -> None:
    ids = add_families(database, 5)
    first = build_letters(printer(database, tmp_path / "a"), workers=0, chunk_size=2)
    assert isinstance(first, BuiltRun)
    papers = {paper.password for paper in read_papers(first.paths)}
    house = make_mail_house(database, tmp_path / "b")
    with database.write() as session, pytest.raises(NotAllowedError):
        give_up_lost_run(work_in(session), first.run_id)
    assert lose(house, first.run_id) == (5, 5)
    with pytest.raises(WrongStateError):
        lose(house, first.run_id)
    second = build_letters(printer(database, tmp_path / "b"), workers=0, chunk_size=2)
    assert isinstance(second, BuiltRun)
    assert second.run_id != first.run_id
    again = {paper.password for paper in read_papers(second.paths)}
    assert (len(again), papers & again) == (5, set())
    with database.read() as session:
        valid = session.scalars(select(Letter.household_id).where(Letter.state == "printed"))
        assert sorted(valid) == sorted(ids)
        states = list(session.scalars(select(Credential.state).order_by(Credential.id)))
        assert states == ["superseded"] * 5 + ["issued"] * 5
    # the machine is found again: its housekeeping removes what nobody may use any more
    found = replace(house.node(), base_folder=tmp_path / "a")
    assert remove_plain_files(found, first.run_id).files == 3
    assert not list((tmp_path / "a").rglob("letters-*.pdf"))


def test_a_run_lost_while_it_was_being_built_ends_too(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_families(database, 4)
    done: list[int] = []

    def burn(letters: int, _all: int) -> None:
        done.append(letters)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_letters(printer(database, tmp_path / "a"), workers=0, chunk_size=2, progress=burn)
    with database.read() as session:
        run_id = session.scalars(select(PrintRun.id)).one()
        assert sorted(session.scalars(select(Letter.state))) == ["prepared"] * 2 + ["printed"] * 2
    with pytest.raises(InputError, match="作ったコンピューター"):
        build_letters(printer(database, tmp_path / "b"), workers=0, chunk_size=2)
    assert lose(make_mail_house(database, tmp_path / "b"), run_id) == (2, 2)
    second = build_letters(printer(database, tmp_path / "b"), workers=0, chunk_size=2)
    assert isinstance(second, BuiltRun)
    assert not second.resumed
    assert second.totals.letters == len(ids)
    with database.read() as session:
        assert session.get_one(PrintRun, run_id).state == "discarded"


def test_no_absolute_path_is_stored_even_for_a_folder_elsewhere(
    database: Database, tmp_path: Path
) -> None:
    add_families(database, 2)
    made = printer(database, tmp_path / "letters")
    built = build_letters(made, folder=tmp_path / "safe", workers=0)
    assert isinstance(built, BuiltRun)
    assert len(list((tmp_path / "safe").glob("letters-*.pdf"))) == 1
    with database.read() as session:
        run = session.scalars(select(PrintRun)).one()
        assert "/" not in run.folder
        assert made.folder_of(run).resolve() == tmp_path / "safe"
        assert not any("/" in folder for folder in session.scalars(select(CardPrint.folder)))


def test_a_run_of_version_0_1_0_with_its_absolute_path_still_opens(house: MailHouse) -> None:
    run_id, _people = house.run()
    with house.database.write() as session:
        run = session.get_one(PrintRun, run_id)
        run.folder, run.node = str(house.folder / run.folder), None
    built = house.build(run_id)
    assert f"manifest-{run_id:03}.csv" in house.opened(built)
    house.hand_over(run_id)
    assert remove_plain_files(house.node(), run_id).files == 2
    with house.database.read() as session:
        assert session.get_one(PrintRun, run_id).folder == f"run-{run_id:03}"


def test_an_archive_of_version_0_1_0_is_taken_from_its_own_machine(house: MailHouse) -> None:
    run_id, _people = house.run()
    built = house.build(run_id)
    data = house.content(built)
    place = house.folder / f"run-{run_id:03}"
    (place / built.file_name).write_bytes(data)
    house.hand_over(run_id)
    with house.database.write() as session:
        sending.archives_of(session, run_id)[0].sealed_file_id = None
    with house.database.write() as session:
        work = work_in(session, house.officer)
        taken = sending.take_archive(work, house.sender, run_id, built.id)
        assert b"".join(taken.pieces) == data


def test_a_lost_archive_can_be_opened_by_nobody_and_its_pieces_go(house: MailHouse) -> None:
    run_id, _people = house.run()
    house.build(run_id)
    with house.database.write() as session:
        sending.lose_archive(work_in(session, house.officer), 1)
    with house.database.read() as session:
        assert session.scalars(select(SealedFile.wrapped_key)).all() == [None]
    assert run_job(house.sender, JobName.SEALED_PIECES).handled == 1
    assert run_job(house.sender, JobName.SEALED_PIECES).handled == 0
