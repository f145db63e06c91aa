"""Letters, advance notices, test letters and cards are built from pages, as the commands do it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, TEST_POSTING
from portal.domain.mailroom.printing.runs.build import build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import letter_printer
from portal.domain.people.households.protection import ProtectionSource, record_protection
from tests.support.mailroom.letters import add_families, approve_texts
from tests.support.oversight.daily import Desk
from tests.support.staff import StaffSite
from tests.support.work import work_in


@pytest.fixture
def desk(staff: StaffSite, tmp_path: Path) -> Desk:
    approve_texts(staff.database)
    with staff.database.write() as session:
        record_protection(work_in(session, now=staff.now), ProtectionSource.EXTRACT)
    return Desk(staff, tmp_path)


def runs(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.staff.database.read() as session:
        rows = session.scalars(select(PrintRun).order_by(PrintRun.id))
        return [(row.kind, row.planned, row.state) for row in rows]


def test_letters_are_built_into_the_folder_of_the_worker_and_once(desk: Desk) -> None:
    add_families(desk.staff.database, 3)
    key = desk.done("letters-build", notice_date="2023-07-03", limit="2")
    assert runs(desk) == [(CREDENTIAL_LETTER, 2, "built")]
    assert desk.staff.count(Letter) == 2
    page = desk.page(key)
    assert "印刷 1 に、手紙を2通作りました" in page
    assert 'href="/letters/1"' in page
    assert list((desk.folder / "letters" / "run-001").glob("*.pdf"))
    desk.done("letters-build")
    assert desk.staff.count(Letter) == 3
    last = desk.done("letters-build")
    assert "作る手紙はありません" in desk.page(last)


def test_a_run_that_a_killed_worker_completed_is_told_by_the_next(desk: Desk) -> None:
    add_families(desk.staff.database, 2)
    key = desk.begin("letters-build")
    dead = Holder("dead")
    with desk.site.work_source().writing() as work:
        task = begun.take(work, dead)
    assert task is not None
    first = replace(desk.site.work_source(), actor=task.actor)
    settings = desk.site.settings
    build_letters(letter_printer(first, settings.letters_dir, settings.public_url), workers=0)
    desk.staff.clock.instant += dead.lease
    desk.work()
    assert "印刷 1 に、手紙を2通作りました" in desk.page(key)
    assert len(runs(desk)) == 1


@pytest.mark.parametrize(("typed", "words"), [("0", "1以上の数"), ("two", "数字で入力")])
def test_a_number_that_cannot_be_is_refused(desk: Desk, typed: str, words: str) -> None:
    answer = desk.post("letters-build", limit=typed)
    assert (answer.status_code, words in answer.text) == (422, True)


def test_test_letters_need_an_address_and_are_in_no_count(desk: Desk) -> None:
    key = desk.begin("test-posting")
    desk.work()
    assert "試し送りのあて先がありません" in desk.page(key)
    desk.officer.open("/letters/test-addresses")
    address = {
        "name": "区役所 花子",
        "postal_code": "135-0016",
        "line": "東京都江東区東陽四丁目11番28号",
        "building": "",
    }
    assert desk.officer.post("/letters/test-addresses/add", desk.form(**address)).status_code == 303
    desk.done("test-posting")
    assert runs(desk) == [(TEST_POSTING, 1, "built")]
    assert (desk.staff.count(LetterWithoutId), desk.staff.count(Letter)) == (1, 0)


def test_cards_that_nobody_waits_for_are_none(desk: Desk) -> None:
    key = desk.done("cards-print")
    assert "印刷するカードはありません" in desk.page(key)
