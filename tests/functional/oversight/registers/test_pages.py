"""Officers keep the registers on pages, the ward confirms there, and what is late is seen."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.oversight.registers.models import RegisterEntry
from tests.support.staff import StaffSite

CERTIFICATE = {
    "party": "株式会社みなと（架空）本社",
    "number": "JIS Q 27001 第1号",
    "day": "2023-04-01",
    "until": "2026-03-31",
    "note": "",
}


def test_what_is_missing_is_said_on_the_dashboard_and_leads_to_its_form(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    assert 'href="/registers"' in officer.open("/").text
    assert "遅れていることが" in officer.open("/").text
    assert "記録がまだありません" in officer.open("/registers").text
    officer.open("/registers/certificate")
    officer.send("/registers/certificate/enter", CERTIFICATE)
    assert "記録しました" in officer.page.text  # type: ignore[union-attr]
    assert "JIS Q 27001 第1号" in officer.open("/registers/certificate").text
    assert "記録がまだありません" not in officer.open("/registers/certificate").text


def test_the_ward_confirms_a_deliverable(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    officer.send(
        "/registers/deliverable/enter",
        {"party": "業務計画書", "number": "第1版", "day": "2023-07-31", "note": ""},
    )
    with staff.database.read() as session:
        key = session.query(RegisterEntry).one().id
    here = f"/registers/deliverable/{key}/confirm"
    assert officer.post(here).status_code == 403
    wrong = ward.post(here, {f"decision_no-{key}": "5汐子第9号", f"decision_on-{key}": "きのう"})
    assert wrong.status_code == 422
    assert "日付を" in wrong.text.split("error-summary")[1].split("</ul>")[0]
    ward.send(here, {f"decision_no-{key}": "5汐子第9号", f"decision_on-{key}": "2023-08-01"})
    assert "区が確認ずみ" in ward.open("/registers/deliverable").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"party": ""}, "入力してください"),
        ({"day": "x"}, "日付を"),
        ({"until": "2020-01-01"}, "はじめの日より後"),
        ({"number": "9" * 61}, "60文字まで"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(
    sqlite_staff: StaffSite, change: dict[str, str], sentence: str
) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    form = CERTIFICATE | change
    answer = officer.post("/registers/certificate/enter", form)
    assert answer.status_code == 422
    assert sentence in answer.text.split("error-summary")[1].split("</ul>")[0]
    assert f'value="{form["number"]}"' in answer.text
    assert sqlite_staff.count(RegisterEntry) == 0


def test_who_may_see_and_keep_them(sqlite_staff: StaffSite) -> None:
    assert sqlite_staff.enter_as(Role.AUDITOR).get("/registers").status_code == 200
    assert sqlite_staff.enter_as(Role.AGENT).get("/registers").status_code == 403
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    assert ward.post("/registers/certificate/enter", CERTIFICATE).status_code == 403
    assert ward.get("/registers/nothing").status_code == 404


def test_a_double_press_enters_once(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    officer.open("/registers/certificate")
    form = CERTIFICATE | {"form_key": "one"}
    for _ in range(2):
        assert officer.post("/registers/certificate/enter", form).status_code == 303
    assert staff.count(RegisterEntry) == 1


def test_a_certificate_that_was_suspended_counts_again_after_the_consultation(
    staff: StaffSite,
) -> None:
    officer = staff.enter_as(Role.OFFICER)
    officer.open("/registers/certificate")
    officer.send("/registers/certificate/enter", CERTIFICATE | {"form_key": "e"})
    with staff.database.read() as session:
        key = session.query(RegisterEntry).one().id
    here = f"/registers/certificate/{key}"
    page = officer.send(f"{here}/suspend", {"form_key": "s"}).text
    assert "停止（区と協議する）" in page
    assert officer.post(f"{here}/resume", {"form_key": "none"}).status_code == 422
    talked = {f"decision_no-{key}": "5汐子第12号", f"decision_on-{key}": "2023-07-31"}
    page = officer.send(f"{here}/resume", talked | {"form_key": "r"}).text
    assert "停止（区と協議する）" not in page
    assert staff.count(RegisterEntry, state="standing") == 1


@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_the_paper_is_taken_from_the_page_of_the_work(sqlite_staff: StaffSite, ending: str) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    answer = officer.post(f"/management/registers/{ending}")
    assert answer.status_code == 200
    assert len(answer.content) > 1_000


def test_the_plan_for_continuity_is_uploaded_and_opened(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    typed = {"party": "事業継続計画", "number": "第1版", "day": "2023-06-30", "note": ""}
    here = "/registers/bcp_plan"
    officer.open(here)
    missing = officer.post(f"{here}/enter", typed)
    assert missing.status_code == 422
    assert 'id="file-error"' in missing.text
    wrong = officer.post(f"{here}/enter", typed, files={"file": ("計画.pdf", b"MZ")})
    assert "PDFのファイル" in wrong.text
    sent = officer.post(f"{here}/enter", typed, files={"file": ("計画.pdf", b"%PDF-1.7 plan")})
    assert sent.status_code == 303
    with staff.database.read() as session:
        key = session.query(RegisterEntry).one().id
    assert "文書（PDF）を開く" in ward.open(here).text
    assert ward.post(f"{here}/{key}/file").content == b"%PDF-1.7 plan"
    assert ward.post(f"{here}/{key + 1}/file").status_code == 404


def test_the_ward_rejects_a_notice_and_it_is_sent_again(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    typed = {"party": "業務完了届", "number": "第1号", "day": "2023-07-01", "note": ""}
    officer.send("/registers/completion/enter", typed)
    with staff.database.read() as session:
        key = session.query(RegisterEntry).one().id
    here = f"/registers/completion/{key}/reject"
    decided = {f"rejected_no-{key}": "5汐子第40号", f"rejected_on-{key}": "2023-07-02"}
    assert officer.post(here, decided).status_code == 403
    assert ward.post(here, decided).status_code == 422
    over = ward.post(here, decided | {f"redo_until-{key}": "2023-07-01"})
    assert f'id="redo_until-{key}-error"' in over.text
    ward.send(here, decided | {f"redo_until-{key}": "2024-01-20"})
    page = officer.open("/registers/completion").text
    assert "検査で不合格" in page
    assert f"follows={key}" in page
    again = officer.open(f"/registers/completion?follows={key}").text
    assert f"記録 {key} の出し直しとして" in again
    officer.send("/registers/completion/enter", typed | {"follows": str(key), "number": "第2号"})
    shown = officer.open("/registers/completion").text
    assert "出し直した" in shown
    assert f"記録 {key} の出し直し" in shown
    twice = officer.post("/registers/completion/enter", typed | {"follows": str(key)})
    assert twice.status_code == 422


def test_a_drill_needs_a_result(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    typed = {"party": "全員、予備の拠点", "day": "2023-06-30", "note": ""}
    refused = officer.post("/registers/bcp_drill/enter", typed)
    assert refused.status_code == 422
    assert 'id="result-error"' in refused.text
    officer.send("/registers/bcp_drill/enter", typed | {"result": "failed"})
    page = officer.open("/registers/bcp_drill").text
    assert "直すことがあった" in page
    assert "もう一度行って" in page
