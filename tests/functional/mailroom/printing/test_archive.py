"""Letters go to the mail house encrypted, with manifest and checksums; none stays plain."""

import csv
import hashlib
import io
import json
import sys
import tracemalloc
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import func, select

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.files.models import SealedFile
from portal.domain.letters.letters.models import Letter, LetterOrder, PrintChunk, PrintRun
from portal.domain.letters.letters.orders import open_order
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.letters.subcontractors.models import SentFile
from portal.domain.mailroom.printing.archives import sending
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.archives.plain_files import (
    plain_files,
    remove_plain_files,
    runs_to_clear,
)
from portal.domain.mailroom.printing.archives.states import ARCHIVE
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.mailroom.archives import MailHouse, archive_states, make_mail_house
from tests.support.mailroom.letters import add_families, printer, read_papers
from tests.support.work import work_in

BUILD = [sys.executable, "-W", "error", "-m", "tests.support.mailroom", "archives"]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def letters_of(house: MailHouse, run_id: int) -> list[tuple[int, str, str]]:
    with house.database.read() as session:
        rows = session.execute(
            select(Letter.id, Letter.number, Letter.state)
            .where(Letter.print_run_id == run_id)
            .order_by(Letter.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def take_out(house: MailHouse, run_id: int, letter_id: int) -> None:
    with house.database.write() as session:
        handover.take_out(work_in(session, house.officer), run_id, [letter_id])


def test_the_mail_house_finds_every_file_with_manifest_and_checksums(house: MailHouse) -> None:
    run_id, _people = house.run(5)
    built = house.build(run_id)
    assert (built.letters, built.children) == (5, 5)
    assert hashlib.sha256(house.content(built)).hexdigest() == built.sha256
    files = house.opened(built)
    sums = {line[66:]: line[:64] for line in files.pop("SHA256SUMS").decode().splitlines()}
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    rows = list(csv.DictReader(io.StringIO(files[f"manifest-{run_id:03}.csv"].decode())))
    assert [row["letter_number"] for row in rows] == [
        number for _id, number, _state in letters_of(house, run_id)
    ]
    assert {row["file"] for row in rows} == {name for name in files if name.endswith(".pdf")}
    totals = json.loads(files[f"manifest-{run_id:03}.json"])
    assert (totals["letters"], totals["children"]) == (5, 5)
    assert sum(file["letters"] for file in totals["files"]) == 5
    here = [path.suffix for path in (house.folder / f"run-{run_id:03}").iterdir()]
    assert set(here) == {".pdf"}  # the archive lies in the database alone


def test_an_archive_is_never_whole_in_memory(house: MailHouse) -> None:
    run_id, _people = house.run(3, per_file=1, size=10_000_000)
    tracemalloc.start()
    try:
        house.build(run_id)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_another_key_opens_nothing(house: MailHouse) -> None:
    built = house.build(house.run()[0])
    with pytest.raises(pyrage.DecryptError):
        house.opened(built, pyrage.x25519.Identity.generate())


def test_pages_of_letters_that_were_taken_out_never_leave_the_house(
    database: Database, tmp_path: Path
) -> None:
    add_families(database, 4)
    run = build_letters(printer(database, tmp_path / "letters"), workers=0, chunk_size=2)
    assert isinstance(run, BuiltRun)
    house = make_mail_house(database, tmp_path / "letters")
    papers = read_papers(run.paths)
    letters = letters_of(house, run.run_id)
    take_out(house, run.run_id, letters[0][0])
    for letter_id, _number, _state in letters[2:]:
        take_out(house, run.run_id, letter_id)
    built = house.build(run.run_id)
    files = house.opened(built)
    names = [name for name in files if name.startswith("letters-")]
    assert names == ["letters-001-0001.pdf"]
    target = tmp_path / "opened.pdf"
    target.write_bytes(files[names[0]])
    (left,) = read_papers([target])
    assert left.number == letters[1][1]
    for gone in papers:
        if gone.number != left.number:
            assert gone.password.encode() not in files[names[0]]
    assert built.letters == 1
    (row,) = csv.DictReader(io.StringIO(files["manifest-001.csv"].decode()))
    assert (row["letter_number"], row["page"]) == (left.number, "1")


def test_without_the_wards_consent_nothing_is_built_and_nothing_goes(
    database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(database, tmp_path, consented=False)
    run_id, _people = house.run()
    with pytest.raises(NotAllowedError, match="区の承諾"):
        house.build(run_id)
    with database.write() as session:
        subcontractors.consent(work_in(session, house.ward), house.id, Instruction("1", NOW.date()))
    house.build(run_id)
    with database.write() as session:
        subcontractors.end(work_in(session, house.officer), house.id)
    with pytest.raises(NotAllowedError, match="区の承諾"):
        house.hand_over(run_id)
    with database.read() as session:
        assert session.scalar(select(func.count(SentFile.id))) == 0
        assert session.get_one(PrintRun, run_id).state == "built"


def test_the_hand_over_writes_the_archive_down_and_then_the_plain_files_go(
    house: MailHouse,
) -> None:
    run_id, _people = house.run()
    built = house.build(run_id)
    with house.database.read() as session:
        assert runs_to_clear(session) == []
    with pytest.raises(ConflictError, match="まだ引き渡していません"):
        remove_plain_files(house.node(), run_id)
    house.hand_over(run_id)
    with house.database.read() as session:
        sent = session.scalars(select(SentFile)).one()
        assert (sent.sha256, sent.letters, sent.consent_no) == (built.sha256, 4, "5汐子第123号")
        assert (sent.subject, sent.subject_id) == ("print_run", run_id)
        assert runs_to_clear(session) == [run_id]
        assert plain_files(session, run_id) == 2
    assert archive_states(house, run_id) == ["sent"]
    removed = remove_plain_files(house.node(), run_id)
    assert (removed.files, removed.staying) == (2, 0)
    assert list((house.folder / f"run-{run_id:03}").glob("*.pdf")) == []
    assert hashlib.sha256(house.content(built)).hexdigest() == built.sha256
    assert remove_plain_files(house.node(), run_id).files == 0
    with house.database.read() as session:
        assert runs_to_clear(session) == []
        assert (
            session.scalar(select(func.count(PrintChunk.id)).where(PrintChunk.removed_at.is_(None)))
            == 0
        )


def test_the_wards_counter_keeps_its_file_until_its_letters_are_given_out(house: MailHouse) -> None:
    run_id, _people = house.run()
    with house.database.write() as session:
        for letter in session.scalars(select(Letter).where(Letter.chunk_number == 2)):
            letter.counter = True
            session.get_one(Household, letter.household_id).counter = True
    assert house.build(run_id).letters == 2
    with house.database.write() as session:
        sending.send_archive(work_in(session, house.officer), run_id)
        session.get_one(PrintRun, run_id).state = "handed_over"
        for letter in session.scalars(select(Letter).where(Letter.counter.is_(False))):
            letter.state = "handed_over"
    removed = remove_plain_files(house.node(), run_id)
    assert (removed.files, removed.staying) == (1, 1)
    with house.database.read() as session:
        assert runs_to_clear(session) == []


def test_a_machine_without_the_folder_removes_and_notes_nothing(house: MailHouse) -> None:
    run_id, _people = house.run()
    house.build(run_id)
    house.hand_over(run_id)
    (house.folder / f"run-{run_id:03}").rename(house.folder / "elsewhere")
    assert remove_plain_files(house.node(), run_id, elsewhere=True).files == 0
    with pytest.raises(ConflictError, match="このコンピューター"):
        remove_plain_files(house.node(), run_id)
    with house.database.read() as session:
        assert runs_to_clear(session) == [run_id]


def test_a_letter_taken_out_later_makes_the_archive_stale_and_it_is_made_anew(
    house: MailHouse,
) -> None:
    run_id, _people = house.run(size=10)
    first = house.build(run_id)
    with pytest.raises(ConflictError, match="もう作ってあります"):
        house.build(run_id)
    for letter_id, _number, _state in letters_of(house, run_id)[2:]:
        take_out(house, run_id, letter_id)
    with pytest.raises(ConflictError, match="作りなおして"):
        house.hand_over(run_id)
    second = house.build(run_id)
    assert second.letters == 2
    assert archive_states(house, run_id) == ["built", "dropped"]
    house.hand_over(run_id)
    assert archive_states(house, run_id) == ["sent", "dropped"]
    assert first.file_name != second.file_name
    with pytest.raises(NotFoundError):  # nobody can open what was dropped
        house.content(first)


def test_what_cannot_be_built_is_refused_with_a_reason(house: MailHouse) -> None:
    run_id, people = house.run()
    with pytest.raises(NotFoundError):
        house.build(999)
    with pytest.raises(NotFoundError):
        build_archive(house.sender, run_id, 999)
    nobody = house.node()
    with pytest.raises(NotAllowedError):
        build_archive(nobody, run_id, house.id)
    with house.database.write() as session:
        session.add(
            Hold(household_id=people[0].household_id, code="W06_INSTITUTION", created_at=NOW)
        )
    with pytest.raises(ConflictError, match="1通"):
        house.build(run_id)
    take_out(house, run_id, letters_of(house, run_id)[0][0])
    for letter_id, _number, _state in letters_of(house, run_id)[1:]:
        take_out(house, run_id, letter_id)
    with pytest.raises(ConflictError, match="残っていません"):
        house.build(run_id)
    gone, _people = house.run(handed_over=True)
    with pytest.raises(WrongStateError):
        house.build(gone)
    assert archive_states(house, run_id) == archive_states(house, gone) == []


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_changed_or_missing_file_is_no_archive(house: MailHouse, harm: str) -> None:
    run_id, _people = house.run()
    victim = house.folder / f"run-{run_id:03}" / f"letters-{run_id:03}-0002.pdf"
    if harm == "gone":
        victim.unlink()
    else:
        victim.write_bytes(b"x" * 1000)
    with pytest.raises(InputError, match=victim.name):
        house.build(run_id)
    assert archive_states(house, run_id) == []
    with house.database.read() as session:
        assert {row.state for row in session.scalars(select(SealedFile))} <= {"shredded"}


def test_a_lost_archive_supersedes_the_whole_batch_in_one_action(house: MailHouse) -> None:
    run_id, _people = house.run()
    other, _others = house.run(handed_over=True)
    house.build(run_id)
    house.hand_over(run_id)
    with house.database.read() as session:
        archive_id = sending.archives_of(session, run_id)[0].id
    with house.database.write() as session:
        session.scalars(select(Credential).order_by(Credential.id)).first().state = "active"  # type: ignore[union-attr]
    with house.database.write() as session:
        lost = sending.lose_archive(work_in(session, house.officer), archive_id)
    assert (lost.letters, lost.credentials) == (4, 4)
    assert {state for _id, _number, state in letters_of(house, run_id)} == {"superseded"}
    assert {state for _id, _number, state in letters_of(house, other)} == {"handed_over"}
    with house.database.read() as session:
        rows = session.execute(
            select(Credential.state)
            .join(Letter, Letter.credential_id == Credential.id)
            .where(Letter.print_run_id == run_id)
        )
        assert {state for (state,) in rows} == {"superseded"}
    with house.database.write() as session, pytest.raises(WrongStateError):
        sending.lose_archive(work_in(session, house.officer), archive_id)
    assert remove_plain_files(house.node(), run_id).files == 2


def test_what_was_ordered_is_still_owed_when_its_letter_is_lost(house: MailHouse) -> None:
    run_id, people = house.run()
    again, ordered_anew = people[0].household_id, people[1].household_id
    first, second, _third, _fourth = (key for key, _number, _state in letters_of(house, run_id))
    with house.database.write() as session:
        for household_id, letter_id in ((again, first), (ordered_anew, second)):
            session.add(
                LetterOrder(
                    household_id=household_id,
                    reason="redelivery",
                    state="printed",
                    letter_id=letter_id,
                    sealed=b"elsewhere",
                    created_at=NOW,
                    changed_at=NOW,
                )
            )
        session.add(
            LetterOrder(household_id=ordered_anew, reason="reissue", created_at=NOW, changed_at=NOW)
        )
    house.build(run_id)
    with house.database.write() as session:
        sending.lose_archive(work_in(session, house.officer), 1)
    with house.database.read() as session:
        order = open_order(session, again)
        assert order is not None
        assert (order.reason, order.sealed, order.letter_id) == ("redelivery", b"elsewhere", None)
        newer = open_order(session, ordered_anew)
        assert newer is not None
        assert newer.reason == "reissue"


def test_a_run_whose_archive_was_lost_before_the_hand_over_never_goes(house: MailHouse) -> None:
    run_id, _people = house.run()
    house.build(run_id)
    with house.database.write() as session, pytest.raises(NotAllowedError):
        sending.lose_archive(work_in(session), 1)
    with house.database.write() as session, pytest.raises(NotFoundError):
        sending.lose_archive(work_in(session, house.officer), 999)
    with house.database.write() as session:
        sending.lose_archive(work_in(session, house.officer), 1)
    with pytest.raises(ConflictError, match="失われました"):
        house.hand_over(run_id)
    with pytest.raises(ConflictError, match="失われました"):
        house.build(run_id)
    assert remove_plain_files(house.node(), run_id).files == 2


def test_every_step_of_an_archive_from_every_state_is_as_the_table_says() -> None:
    steps = {
        (state, action)
        for state in ARCHIVE.states
        for action in ARCHIVE.steps
        if ARCHIVE.can(state, action)
    }
    assert steps == {("built", "send"), ("built", "drop"), ("built", "lose"), ("sent", "lose")}
