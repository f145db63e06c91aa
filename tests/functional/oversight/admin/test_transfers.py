"""Staff see every hand-over with both sides' figures, and what to do about an open one."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import send_out, take_in
from portal.domain.foundation.transfers.sheets import Arrival, Departure
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in

WHOLE = Figures(rows=510, children=262, yen=7_860_000, sha256="a" * 64)
TYPED = {
    "kind": "extract",
    "file_name": "extract.csv",
    "partner": "情報政策課",
    "sheet_no": "情第7号",
    "rows": "５１０",
    "children": "262人",
    "yen": "7,860,000円",
    "sha256": "A" * 64,
    "form_key": "1",
}


def arrive(staff: StaffSite, figures: Figures, kind: TransferKind = TransferKind.EXTRACT) -> int:
    with staff.database.write() as session:
        arrival = Arrival(kind, "extract.csv", figures)
        return take_in(work_in(session, now=staff.now), arrival).id


def send(staff: StaffSite) -> int:
    with staff.database.write() as session:
        sent = Departure(TransferKind.EXPORT, "out", "汐風区", WHOLE, "data_copy", 1)
        return send_out(work_in(session, now=staff.now), sent).id


def test_a_typed_sheet_is_compared_with_the_file_and_the_difference_is_shown(
    staff: StaffSite,
) -> None:
    officer = staff.enter_as(Role.OFFICER)
    assert "届いた送付票を書く" in officer.open("/transfers").text
    assert "支援措置の一覧" in officer.open("/transfers/new").text
    page = officer.send("/transfers/enter", TYPED).text
    assert "ファイルを取り込んでください" in page
    key = arrive(staff, Figures(rows=255, children=143, yen=4_290_000, sha256="b" * 64))
    page = officer.open(f"/transfers/{key}").text
    assert "件数: 送付票は510、こちらで数えると255。" in page
    assert "違います" in page
    assert "認めることを提案する" not in page, "it is not the same file"
    assert "つぎの印刷は止まっています" in officer.open("/transfers").text


def test_a_sheet_that_says_too_little_is_shown_again_as_typed(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    answer = officer.post("/transfers/enter", TYPED | {"rows": "たくさん", "form_key": "2"})
    assert answer.status_code == 422
    assert "数字で入力してください" in answer.text
    assert "情第7号" in answer.text
    missing = officer.post("/transfers/enter", TYPED | {"sha256": "", "form_key": "3"})
    assert missing.status_code == 422
    assert "照合番号（SHA-256）を入力してください" in missing.text
    assert officer.post("/transfers/enter", TYPED | {"kind": "export"}).status_code == 422
    assert staff.count(FileTransfer) == 0


def test_a_sheet_sent_twice_is_one(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    assert {officer.post("/transfers/enter", TYPED).status_code for _ in range(2)} == {303}
    assert staff.count(FileTransfer) == 1


def test_two_people_accept_a_difference_on_the_page(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    officer.send("/transfers/enter", TYPED | {"children": "263", "form_key": "4"})
    key = arrive(staff, WHOLE)
    one = f"/transfers/{key}"
    assert officer.post(f"{one}/propose", {"reason": "", "form_key": "1"}).status_code == 422
    form = {"reason": "生年月日のない1人を数えていた。", "form_key": "2"}
    page = officer.send(f"{one}/propose", form).text
    assert "自分の提案は、自分では承認できません" in page
    assert officer.post(f"{one}/confirm", {"form_key": "3"}).status_code == 422
    page = ward.send(f"{one}/confirm", {"form_key": "4"}).text
    assert "二人で認めた" in page
    assert "生年月日のない1人" in page
    auditor = staff.enter_as(Role.AUDITOR)
    assert "生年月日のない1人" not in auditor.open(one).text


def test_a_proposal_is_turned_down(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    officer.send("/transfers/enter", TYPED | {"children": "263", "form_key": "4"})
    one = f"/transfers/{arrive(staff, WHOLE)}"
    officer.send(f"{one}/propose", {"reason": "数え方", "form_key": "2"})
    assert "認めない" in ward.open(one).text
    ward.send(f"{one}/refuse", {"form_key": "5"})
    assert "認めることを提案する" in ward.open(one).text


def test_a_receipt_closes_what_we_sent_and_the_paper_shows_both_sides(staff: StaffSite) -> None:
    key = send(staff)
    officer = staff.enter_as(Role.OFFICER)
    one = f"/transfers/{key}"
    assert "返ってきた受領書の数を書く" in officer.open(one).text
    sheet = "".join(pdf.text(officer.get(f"{one}/paper").content))
    assert "送付票" in sheet
    assert "510" in sheet
    form = {"rows": "510", "sha256": "a" * 64, "form_key": "1"}
    wrong = form | {"rows": "509", "form_key": "2"}
    assert "受け取った側は509" in officer.send(f"{one}/receipt", wrong).text
    page = officer.send(f"{one}/receipt", form).text
    assert "片方だけの数" in page
    assert "この数で正しいと確認する" not in page, "the ward's side is the ward's"
    assert "区の控えと比べて" in "".join(pdf.text(officer.get(f"{one}/paper").content))
    assert officer.post(f"{one}/vouch", {"form_key": "3"}).status_code == 422
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "この数で正しいと確認する" in ward.open(one).text
    page = ward.send(f"{one}/vouch", {"form_key": "4"}).text
    assert "相手の側の数を確認しました" in page
    assert "一致" in page
    assert "一致しました" in "".join(pdf.text(officer.get(f"{one}/paper").content))


def test_the_register_is_filtered_by_state_and_kind(staff: StaffSite) -> None:
    send(staff)
    arrive(staff, WHOLE, TransferKind.STATEMENT)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    ward.open("/transfers/new")
    ward.send("/transfers/enter", TYPED)
    arrive(staff, WHOLE)
    everything = officer.open("/transfers").text
    assert everything.count('class="card"') == 3
    assert officer.open("/transfers?shown=open").text.count('class="card"') == 2
    assert officer.open("/transfers?shown=ended").text.count('class="card"') == 1
    assert officer.open("/transfers?shown=open&kind=export").text.count('class="card"') == 1
    assert "受け渡しはありません" in officer.open("/transfers?kind=codes").text
    assert officer.open("/transfers?shown=%00&kind=x&page=-1").status_code == 200


def test_a_sheet_of_a_waiting_file_is_entered_by_its_own_file_and_withdrawn(
    staff: StaffSite,
) -> None:
    officer = staff.enter_as(Role.OFFICER)
    key = arrive(staff, Figures(rows=3, sha256="b" * 64), TransferKind.TRACKING)
    lines = ("項目,値", "送った人,郵便局", "ファイルの名前,t.csv", "件数,3", f"SHA-256,{'b' * 64}")
    sheet = "\n".join(lines).encode("cp932")
    one = f"/transfers/{key}"
    page = officer.post(f"{one}/sheet", {"form_key": "1"}, files={"file": sheet})
    assert page.status_code == 303
    assert "一致" in officer.open(one).text
    other = arrive(staff, Figures(rows=4, sha256="c" * 64), TransferKind.TRACKING)
    unreadable = officer.post(
        f"/transfers/{other}/sheet", {"form_key": "2"}, files={"file": b"\xff"}
    )
    assert unreadable.status_code == 422
    gone = officer.send(f"/transfers/{other}/withdraw", {"why": "試しの取り込み", "form_key": "3"})
    assert "取り下げました" in gone.text
    assert officer.get("/transfers/999").status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_the_call_center_sees_no_hand_overs(sqlite_staff: StaffSite, role: Role) -> None:
    key = send(sqlite_staff)
    visitor = sqlite_staff.enter_as(role)
    for path in ("/transfers", "/transfers/new", f"/transfers/{key}", f"/transfers/{key}/paper"):
        assert visitor.get(path).status_code == 403


def test_the_auditor_reads_and_changes_nothing(sqlite_staff: StaffSite) -> None:
    key = send(sqlite_staff)
    auditor = sqlite_staff.enter_as(Role.AUDITOR)
    assert "登録して比べる" not in auditor.open(f"/transfers/{key}").text
    for what in ("receipt", "sheet", "propose", "confirm", "vouch", "refuse", "withdraw"):
        assert auditor.post(f"/transfers/{key}/{what}", {"form_key": what}).status_code == 403


def test_the_start_page_counts_what_is_open_and_what_differs(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    assert "データの受け渡しが" not in officer.open("/").text
    send(staff)
    page = officer.open("/").text
    assert "終わっていないデータの受け渡しが1件あります" in page
    assert "数が合いません" not in page
    officer.send("/transfers/enter", TYPED | {"children": "263", "form_key": "1"})
    arrive(staff, WHOLE)
    page = staff.enter_as(Role.WARD_OFFICER).open("/").text
    assert "終わっていないデータの受け渡しが2件あります" in page
    assert "そのうち1件は、送った側と受け取った側の数が合いません" in page
    assert "受け渡し" not in staff.enter_as(Role.AGENT).open("/").text
