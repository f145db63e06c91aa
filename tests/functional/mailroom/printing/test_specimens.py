"""Letters to the staff try the mail house's whole path, open nothing, and are in no count."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.models import Letter, LetterWithoutId, TestAddress
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.printing.archives.sending import lose_archive
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.posting import post_letters, post_run
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_run
from portal.domain.mailroom.printing.runs.recipients import staff_addresses
from portal.domain.mailroom.printing.runs.writers.specimens import SPECIMEN_ID, SpecimenWriter
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.mailroom.letters import printer
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in

DAY = date(2023, 7, 3)


def enter(house: MailHouse, *names: str) -> list[int]:
    program = printer(house.database, house.folder).program
    with house.database.write() as session:
        return [
            staff_addresses.add(
                work_in(session, house.officer, program=program),
                staff_addresses.read_address(
                    name, "135-0016", "東京都江東区東陽四丁目11番28号", ""
                ),
            ).id
            for name in names
        ]


def build(house: MailHouse, chunk_size: int = 100) -> BuiltRun:
    maker = printer(house.database, house.folder)
    built = build_run(SpecimenWriter(maker), chunk_size=chunk_size)
    assert isinstance(built, BuiltRun)
    return built


def letters(house: MailHouse) -> list[LetterWithoutId]:
    with house.database.read() as session:
        rows = list(session.scalars(select(LetterWithoutId).order_by(LetterWithoutId.id)))
        session.expunge_all()
        return rows


def test_a_test_posting_goes_the_whole_way_and_is_in_no_count(
    database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(database, tmp_path / "letters")
    enter(house, "試験　花子", "試験　太郎", "試験　次郎")
    run = build(house, chunk_size=2)
    pages = [text for file in run.files for text in pdf.text((run.folder / file.file).read_bytes())]
    assert [file.letters for file in run.files] == [2, 1]
    assert all("サインインできません" in text and "1234-567-890" in text for text in pages)
    assert read_login_id(SPECIMEN_ID) is None
    archive = house.build(run.run_id)
    assert (archive.letters, archive.children) == (3, 0)
    house.hand_over(run.run_id)
    numbers = [letter.number for letter in letters(house)]
    with database.write() as session:
        entry = Entry(numbers[0], "131-12-38385-2")
        post_letters(work_in(session, house.officer), [entry], Posting(DAY, "simple_registered"))
        post_run(work_in(session, house.officer), run.run_id, Posting(DAY, "ordinary"))
    with database.write() as session:
        with pytest.raises(InputError, match="同じ日の別の郵便"):
            post_letters(
                work_in(session, house.officer),
                [Entry(numbers[1], "13112383852")],
                Posting(DAY, "simple_registered"),
            )
        for table in (Letter, Shipment, Credential):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    assert [letter.state for letter in letters(house)] == ["posted"] * 3
    told = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局\r\n"
    told += (
        "13112383852,2023/07/03 09:00,引受,,みなも局\r\n13112383852,2023/07/03 09:"
        "10,お届け済み,,みなも局\r\n"
    )
    with database.write() as session:
        taken = ingest(
            work_in(session, house.officer, program=printer(database, tmp_path).program),
            CsvFeed(told.encode()),
        )
        assert (taken.rows, taken.new, taken.moved, taken.unmatched) == (2, 0, 0, 0)
    assert [letter.state for letter in letters(house)] == ["arrived", "posted", "posted"]


def test_an_address_that_was_removed_gets_nothing_and_is_forgotten(
    sqlite_database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(sqlite_database, tmp_path / "letters")
    maker = printer(sqlite_database, tmp_path / "letters")
    with pytest.raises(ConflictError):
        build_run(SpecimenWriter(maker))
    first, second = enter(house, "試験　花子", "試験　太郎")

    class Slow(SpecimenWriter):
        def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
            with sqlite_database.write() as session:
                if staff_addresses.active(session, [first]):
                    staff_addresses.remove(work_in(session, house.officer), first)
            return SpecimenWriter.draw(self, contents, day)

    built = build_run(Slow(maker))
    assert isinstance(built, BuiltRun)
    assert (built.totals.letters, built.totals.cancelled) == (1, 1)
    with sqlite_database.read() as session:
        assert session.get_one(TestAddress, first).sealed is None
        assert [row.id for row in staff_addresses.active(session)] == [second]


def test_a_build_that_ended_halfway_goes_on_with_what_is_left(
    sqlite_database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(sqlite_database, tmp_path / "letters")
    enter(house, "試験　花子", "試験　太郎", "試験　次郎")
    maker = printer(sqlite_database, tmp_path / "letters")
    drawn: list[int] = []

    class Dying(SpecimenWriter):
        def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
            if drawn:
                raise OSError("the disk is full")
            drawn.append(len(contents))
            return SpecimenWriter.draw(self, contents, day)

    with pytest.raises(OSError, match="full"):
        build_run(Dying(maker), chunk_size=2)
    assert [letter.state for letter in letters(house)] == ["printed", "printed", "prepared"]
    first = [letter.number for letter in letters(house)]
    (built,) = (tmp_path / "letters").glob("*/letters-*-0001.pdf")
    whole = built.read_bytes()
    built.write_bytes(b"x")
    with pytest.raises(InputError, match=built.name):
        build(house)
    built.write_bytes(whole)
    run = build(house)
    assert run.checked is None
    assert [file.letters for file in run.files] == [2, 1]
    assert [letter.number for letter in letters(house)] == first


def test_a_lost_archive_of_a_test_posting_is_given_up_too(
    sqlite_database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(sqlite_database, tmp_path / "letters")
    enter(house, "試験　花子")
    archive = house.build(build(house).run_id)
    with sqlite_database.write() as session:
        lost = lose_archive(work_in(session, house.officer), archive.id)
    assert (lost.letters, lost.credentials) == (1, 0)
    assert [letter.state for letter in letters(house)] == ["superseded"]


def test_an_officer_enters_the_staff_and_notes_what_arrived(sqlite_staff: StaffSite) -> None:
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    form = {
        "name": "試験　花子",
        "postal_code": "135-0016",
        "line": "東京都江東区東陽四丁目11番28号",
    }
    page = officer.post("/letters/test-addresses/add", form | {"postal_code": "13"})
    assert (page.status_code, "数字7桁" in page.text) == (422, True)
    assert officer.post("/letters/test-addresses/add", form).status_code == 303
    assert "試験 花子" in officer.open("/letters/test-addresses").text
    assert ward.get("/letters/test-addresses").status_code == 403
    house = make_mail_house(sqlite_staff.database, sqlite_staff.folder / "letters")
    with sqlite_staff.database.write() as session:
        record_protection(work_in(session, house.officer), ProtectionSource.EXTRACT)
    run = build(house)
    assert "試し送り" in officer.open("/letters").text
    assert "郵便のようす" in officer.open(f"/letters/{run.run_id}").text
    house.hand_over(run.run_id)
    assert "試し送り" in officer.open("/posting").text
    (letter,) = letters(house)
    scan = {
        "letter_number": letter.number,
        "tracking_no": "13112383852",
        "day": "2023-07-03",
        "mail_class": "simple_registered",
    }
    assert officer.post("/posting/scan", scan).status_code == 303
    mail = f"/letters/{run.run_id}/mail"
    assert "131-12-38385-2" in officer.open(mail).text
    ended = {"letter_number": letter.number, "action": "arrive", "day": "2023-07-04"}
    assert officer.post(f"{mail}/ended", ended | {"letter_number": "M000000000"}).status_code == 422
    assert officer.post(f"{mail}/ended", ended | {"day": "2023-07-02"}).status_code == 422
    assert officer.post(f"{mail}/ended", ended).status_code == 303
    assert "届いた" in officer.open(mail).text
    assert letters(house)[0].state == "arrived"
