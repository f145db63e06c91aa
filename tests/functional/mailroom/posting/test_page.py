"""The page of posting.

Two scans and two Enters a letter, files with all their faults, whole runs, the month's postage.
"""

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.staff import StaffSite


@pytest.fixture
def house(staff: StaffSite, tmp_path: Path) -> MailHouse:
    return make_mail_house(staff.database, tmp_path)


def numbers(staff: StaffSite, run_id: int) -> list[str]:
    with staff.database.read() as session:
        return list(
            session.scalars(
                select(Letter.number).where(Letter.print_run_id == run_id).order_by(Letter.id)
            )
        )


def test_a_scanner_posts_a_letter_with_two_enters(staff: StaffSite, house: MailHouse) -> None:
    run_id, _people = house.run(2, handed_over=True)
    mine = numbers(staff, run_id)
    officer = staff.enter_as(Role.OFFICER)
    assert "まだ1通も記録していません" in officer.open("/posting").text
    day = staff.now.date().isoformat()
    form = {"day": day, "mail_class": "simple_registered", "form_key": "1"}
    first = officer.post("/posting/scan", {**form, "letter_number": mine[0]})
    assert first.status_code == 200
    assert "ラベルを読み取ってください" in first.text
    assert 'action="/posting/label"' in first.text
    assert staff.count(Shipment) == 0
    whole = {**form, "letter_number": mine[0], "tracking_no": tracking_no(1)}
    answers = [officer.post("/posting/label", whole) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert staff.count(Shipment) == 1
    assert f"day={day}" in answers[0].headers["location"]
    page = officer.open("/posting").text
    assert mine[0] in page
    assert "残り1通" in page
    wrong = officer.post(
        "/posting/scan",
        {**form, "letter_number": mine[0], "tracking_no": tracking_no(2), "form_key": "2"},
    )
    assert wrong.status_code == 422
    assert "もう差し出してあります" in wrong.text
    assert f'value="{mine[0]}"' in wrong.text
    assert officer.post("/posting/scan", {"letter_number": "M0", "day": day}).status_code == 422
    assert officer.post("/posting/scan", {**whole, "day": "きのう"}).status_code == 422


def test_a_run_without_labels_goes_at_once_and_the_month_shows_its_postage(
    staff: StaffSite, house: MailHouse
) -> None:
    run_id, _people = house.run(3, handed_over=True)
    officer = staff.enter_as(Role.OFFICER)
    day = staff.now.date().isoformat()
    form = {"day": day, "mail_class": "ordinary", "form_key": "1"}
    assert (
        officer.post(f"/posting/runs/{run_id}", {**form, "mail_class": "registered"}).status_code
        == 422
    )
    assert officer.post(f"/posting/runs/{run_id}", form).status_code == 303
    assert staff.count(Shipment, mail_class="ordinary", state="posted") == 3
    assert "330円" in officer.open("/posting").text.replace(" ", "")
    with staff.database.write() as session:
        session.add(
            CardPrint(
                cards=4,
                folder="/x",
                file_name="c.pdf",
                sha256="",
                notice_date=staff.now.date(),
                printed_at=staff.now,
            )
        )
    assert "4通をすべて差し出した" in officer.open("/posting").text
    assert officer.post("/posting/cards/1", {**form, "mail_class": "recorded"}).status_code == 422
    assert officer.post("/posting/cards/1", {**form, "form_key": "3"}).status_code == 303
    page = officer.open("/posting").text
    assert "4通をすべて差し出した" not in page
    assert "770円" in page.replace(" ", "")
    other = {"what": "form", "mail_class": "ordinary", "day": day, "pieces": "２", "form_key": "5"}
    assert officer.post("/posting/other", {**other, "pieces": "x"}).status_code == 422
    assert "990円" in officer.send("/posting/other", other).text.replace(" ", "")
    assert "770円" in officer.send("/posting/other/1/drop", {"form_key": "6"}).text.replace(" ", "")
    assert officer.post("/posting/other/1/drop", {"form_key": "7"}).status_code == 422
    assert officer.post(f"/posting/runs/{run_id}", {**form, "form_key": "2"}).status_code == 422


def test_a_file_of_labels_shows_the_rows_that_refused_themselves(
    staff: StaffSite, house: MailHouse
) -> None:
    run_id, _people = house.run(2, handed_over=True)
    officer = staff.enter_as(Role.OFFICER)
    officer.open("/posting")
    form = {"day": staff.now.date().isoformat(), "mail_class": "simple_registered"}
    rows = [f"{number},{tracking_no(at)}" for at, number in enumerate(numbers(staff, run_id), 1)]
    pages = {}
    for key, lines, status, posted in (
        ("1", [rows[0], "M000000000,"], 422, 0),
        ("2", [rows[0], "M000000000,", ""], 200, 1),
        ("3", [*rows, ""], 303, 2),
        ("3", [*rows, ""], 303, 2),
    ):
        file = "\r\n".join(["手紙番号,お問い合わせ番号", *lines]).encode("cp932")
        answer = officer.post(
            "/posting/file", form | {"form_key": key}, files={"file": ("labels.csv", file)}
        )
        assert (answer.status_code, staff.count(Shipment)) == (status, posted)
        pages[key] = answer.text
    assert "1通の差し出しを記録しました。" in pages["2"]
    assert "記録しなかった行" in pages["2"]
    assert "3行目: " in pages["2"]
    assert "直した行だけのファイルか" in pages["2"]
    assert "M000000000" not in pages["2"]


def test_a_chosen_file_is_missing(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    refused = officer.post("/posting/file", {"day": "2023-07-03"})
    assert refused.status_code == 422
    assert "ファイル（CSV）を選んでください" in refused.text
