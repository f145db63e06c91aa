"""The post's files on the staff site and the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.cli.mailroom.mail import mail
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.models import TrackingFile
from tests.functional.oversight.settlement.test_cli import Desk as CommandDesk
from tests.functional.requests.redeliveries.support import make_post
from tests.support.oversight.daily import Desk as Daily
from tests.support.oversight.settlement import Ending, end_program
from tests.support.staff import StaffSite
from tests.support.transfers import announced
from tests.support.work import work_in

HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"


@pytest.fixture
def number(sqlite_staff: StaffSite) -> str:
    """The tracking number of a letter that was posted on 10 July."""
    make_post(sqlite_staff.database).household()
    with sqlite_staff.database.read() as session:
        return session.scalars(select(Shipment)).one().tracking_no or ""


def upload(desk: Daily, *rows: str) -> str:
    """Take a file in from the page of tracking; return the page of its task when that ended."""
    data = "\r\n".join((HEADER, *rows, "")).encode("cp932")
    page = desk.officer.open("/tracking").text
    assert 'action="/jobs/new/tracking-file/begin"' in page
    key = desk.begin("tracking-file", data)
    assert f'href="/jobs/{key}"' in desk.officer.open("/tracking").text, "how far it is"
    desk.work()
    return desk.page(key)


def test_a_file_moves_the_mail_and_says_how_much(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    desk = Daily(sqlite_staff, tmp_path)
    assert "未確認" in desk.officer.open("/tracking").text
    page = upload(desk, f"{number},2023/07/12 10:00,ご不在のため持ち戻り,,みなも局")
    assert "新しい記録1件、状態が変わった郵便1通" in page
    assert "郵便の追跡を開く" in page
    assert sqlite_staff.count(Shipment, state="at_post_office") == 1
    assert "もう取り込んであります" in upload(
        desk, f"{number},2023/07/12 10:00,ご不在のため持ち戻り,,みなも局"
    )
    assert sqlite_staff.count(TrackingFile) == 1


def test_a_file_is_taken_in_by_the_task_alone(sqlite_staff: StaffSite, number: str) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open("/tracking")
    row = f"{HEADER}\r\n{number},2023/07/12,お届け済み,,\r\n".encode("cp932")
    sent = {"file": ("post.csv", row, "text/csv")}
    answer = officer.post("/tracking/file", {"form_key": "k"}, files=sent)
    assert answer.status_code in {404, 405}
    assert sqlite_staff.count(TrackingFile) == 0


def test_what_nobody_understands_is_listed(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    daily = Daily(sqlite_staff, tmp_path)
    desk = daily.officer
    done = upload(
        daily, f"{number},2023/07/12,ふしぎな状態,,", "131-12-38385-2,2023/07/12,お届け済み,,"
    )
    assert "確かめるものを見る" in done
    page = desk.open("/tracking").text
    for words in ("ふしぎな状態", "番号が分からない", "13112383852"):
        assert words in page
    desk.send("/tracking/match", {"form_key": "m"})
    assert "番号をもう一度さがしました" in desk.open("/tracking?said=matched").text


def test_a_word_is_explained_on_the_page_and_taken_back(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    daily = Daily(sqlite_staff, tmp_path)
    desk = daily.officer
    upload(daily, f"{number},2023/07/12,宅配ボックスに配達,,")
    assert "知らない言葉の意味を決める" in desk.open("/tracking").text
    word = {"word": "宅配ボックスに配達", "form_key": "w"}
    refused = desk.post("/tracking/words", word | {"meaning": ""})
    assert refused.status_code == 422
    assert 'id="words-error"' in refused.text
    page = desk.send("/tracking/words", word | {"meaning": "delivered", "form_key": "v"})
    assert "つぎのファイルからは、この意味で読みます" in page.text
    assert sqlite_staff.count(Shipment, state="delivered") == 1
    page = desk.send("/tracking/words/1/forget", {"form_key": "f"})
    assert "もう動いた郵便は、そのままです" in page.text
    assert "つながらない記録" in page.text
    assert desk.post("/tracking/words/1/forget", {"form_key": "g"}).status_code == 422


def test_an_unknown_number_is_put_aside_on_the_page_and_listed_again(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    daily = Daily(sqlite_staff, tmp_path)
    desk = daily.officer
    upload(daily, "131-12-38385-2,2023/07/12,引受,,", f"{number},2023/07/12,引受,,")
    assert "番号の分からない郵便を片づける" in desk.open("/tracking").text
    refused = desk.post("/tracking/numbers", {"reason": "trial", "form_key": "a"})
    assert (refused.status_code, 'id="numbers-error"' in refused.text) == (422, True)
    chosen = {"number-13112383852": "1", "form_key": "b"}
    refused = desk.post("/tracking/numbers", chosen)
    assert (refused.status_code, 'id="reason-error"' in refused.text) == (422, True)
    assert 'name="number-13112383852" value="1" checked' in refused.text
    page = desk.send("/tracking/numbers", chosen | {"reason": "trial"}).text
    assert "同じ番号があっても、一覧に出しません" in page
    assert "確かめるものはありません" in page
    assert "試しに出した郵便" in page
    page = desk.send("/tracking/numbers/1/back", {"form_key": "c"}).text
    assert "番号を一覧にもどしました" in page
    assert "番号の分からない郵便を片づける" in page
    assert desk.post("/tracking/numbers/1/back", {"form_key": "d"}).status_code == 422
    assert (
        desk.post("/tracking/numbers", chosen | {"form_key": "e", "number-9": "1"}).status_code
        == 422
    )


def test_refused_lines_are_shown_and_handed_back(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    daily = Daily(sqlite_staff, tmp_path)
    desk = daily.officer
    page = upload(
        daily, f"{number},2023/07/12,お届け済み,,", "131-12-38385-3,2023/07/12,お届け済み,,"
    )
    assert "受け入れなかった行1行" in page
    assert 'href="/tracking/files/1"' in page
    page = desk.open("/tracking/files/1").text
    assert "お問い合わせ番号に、まちがいがあります。" in page
    assert "131-12-38385" not in page
    assert "1311238385" not in page
    listed = desk.post("/tracking/files/1/refused", {"form_key": "c"}).content.decode()
    assert listed.startswith("\ufeff行,理由")
    assert "3,お問い合わせ番号に、まちがいがあります。" in listed
    assert len(sqlite_staff.events("tracking.refused_taken")) == 1
    assert desk.get("/tracking/files/2").status_code == 404
    whole = upload(daily, f"{number},2023/07/13,調査中,,")
    assert 'href="/tracking/files/' not in whole
    assert "すべて取り込みました" in desk.open("/tracking/files/2").text


@pytest.mark.parametrize(
    ("row", "sentence"),
    [("x,2023/07/12,引受,,", "11桁か12桁"), ("131-12-38385-2,2123/07/12,引受,,", "未来")],
)
def test_a_file_that_cannot_be_taken_says_why(
    sqlite_staff: StaffSite, row: str, sentence: str, tmp_path: Path
) -> None:
    assert sentence in upload(Daily(sqlite_staff, tmp_path), row)
    assert sqlite_staff.count(TrackingFile) == 0


def test_a_file_that_cannot_be_read_is_said_to_be_another_than_its_sheets(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    with sqlite_staff.database.write() as session:
        work, figures = work_in(session, now=sqlite_staff.now), Figures(rows=2, sha256="a" * 64)
        announced(work, TransferKind.TRACKING, Path("post.csv"), figures)
    page = upload(Daily(sqlite_staff, tmp_path), "x,2023/07/12,引受,,")
    assert "11桁か12桁" in page
    assert "送付票とも合いません（受け渡し 1）" in page


def test_no_file_chosen_is_said(sqlite_staff: StaffSite) -> None:
    answer = sqlite_staff.enter_as(Role.OFFICER).post(
        "/jobs/new/tracking-file/begin", {"form_key": "k"}, files={"x": ("", b"", "")}
    )
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR])
def test_others_do_not_get_here(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    assert visitor.get("/tracking").status_code == 403
    assert visitor.get("/tracking/files/1").status_code == 403
    assert visitor.post("/tracking/numbers", {"form_key": "n"}).status_code == 403


def test_the_command_takes_a_file_and_lists_what_is_not_delivered(
    sqlite_staff: StaffSite, number: str, tmp_path: Path
) -> None:
    actor = Actor(Role.OFFICER, None, Organization.CONTRACTOR)
    context = CommandDesk(Ending(sqlite_staff.database, tmp_path, end_program(), actor, actor))
    path = tmp_path / "post.csv"
    path.write_text(f"{HEADER}\r\n{number},2023/07/12,ご不在のため持ち戻り,,\r\n", encoding="utf-8")
    done = CliRunner().invoke(mail, ["track", str(path)], obj=context)
    assert (done.exit_code, "状態が変わった郵便1通" in done.output) == (0, True), done.output
    shown = CliRunner().invoke(mail, ["undelivered"], obj=context)
    assert shown.exit_code == 0, shown.output
    assert "郵便局で保管" in shown.output
    as_file = CliRunner().invoke(mail, ["undelivered", "--pdf", "u.pdf"], obj=context)
    assert as_file.exit_code == 2, "as a file it leaves approved, through the staff site"
    missing = CliRunner().invoke(mail, ["track", str(tmp_path / "none.csv")], obj=context)
    assert missing.exit_code == 1
