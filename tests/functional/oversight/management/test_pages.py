"""The contractor writes, the ward confirms and answers, the auditor reads.

Everything goes to the ward as a file.
"""

from dataclasses import replace
from datetime import date

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.oversight.management.models import (
    ChecklistAnswer,
    Milestone,
    Minutes,
    MinutesVersion,
    OpenQuestion,
)
from portal.domain.oversight.management.questions import defaults, questions
from tests.support.reading import pdf
from tests.support.sample_ward import sample_program
from tests.support.staff import StaffSite
from tests.support.work import work_in

MINUTES = {
    "subject": "第1回 定例の打合せ",
    "held_on": "2023-06-30",
    "place": "区役所5階",
    "attendees": "区 課長\n受託者 責任者",
    "decisions": "発送は7月10日から\n封筒は白",
    "open_items": "年末の最後の差し出し日",
}


def test_milestones_come_from_the_program_and_are_noted_begun_and_finished(
    staff: StaffSite,
) -> None:
    officer = staff.enter_as(Role.OFFICER)
    shown = officer.open("/management").text
    assert all(name in shown for name in ("契約の開始", "配送の開始", "清算", "データの廃棄"))
    here = "/management/milestones/delivery"
    long = officer.post(here + "/note", {"owner": "x" * 61, "evidence": "", "note": ""})
    assert long.status_code == 422
    assert 'id="owner-error"' in long.text
    form = {"owner": "配送の責任者", "evidence": "配送の月報", "note": "", "form_key": "1"}
    assert {officer.post(here + "/note", form).status_code for _ in range(2)} == {303}
    assert len(staff.events("milestone.noted")) == 1
    assert "配送の責任者" in officer.open("/management").text
    for step, form_key in (("begin", "2"), ("finish", "3")):
        assert officer.post(f"{here}/{step}", {"form_key": form_key}).status_code == 303
    again = officer.post(here + "/begin", {"form_key": "4"})
    assert again.status_code == 422
    assert 'href="#state"' in again.text
    assert staff.count(Milestone, key="delivery", state="done") == 1
    assert officer.get("/management/milestones/party").status_code == 404


def test_the_ward_and_the_auditor_read_milestones_and_change_none(staff: StaffSite) -> None:
    for role in (Role.WARD_OFFICER, Role.AUDITOR):
        reader = staff.enter_as(role)
        assert "節目" in reader.open("/management").text
        assert "<textarea" not in reader.open("/management/milestones/delivery").text
        assert reader.post("/management/milestones/delivery/finish").status_code == 403
    assert staff.enter_as(Role.AGENT).get("/management").status_code == 403


@pytest.mark.parametrize("name", ["plan", "progress", "questions", "checklist"])
@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_every_paper_goes_to_the_ward_as_pdf_and_workbook(
    sqlite_staff: StaffSite, name: str, ending: str
) -> None:
    auditor = sqlite_staff.enter_as(Role.AUDITOR)
    answer = auditor.post(f"/management/{name}/{ending}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF" if ending == "pdf" else b"PK")
    (event,) = sqlite_staff.events("report.taken")
    assert event.detail == {"name": f"{name}.{ending}"}


def test_minutes_are_written_corrected_and_confirmed_by_the_ward(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "議事録はまだありません" in officer.open("/minutes").text
    wrong = officer.post("/minutes/new/save", MINUTES | {"decisions": " ", "base": "0"})
    assert wrong.status_code == 422
    assert 'id="decisions-error"' in wrong.text
    assert "区役所5階" in wrong.text
    assert officer.post("/minutes/new/save", MINUTES | {"held_on": "きのう"}).status_code == 422
    assert officer.post("/minutes/new/save", MINUTES | {"held_on": "2099-01-01"}).status_code == 422
    form = MINUTES | {"base": "0", "form_key": "1"}
    assert {officer.post("/minutes/new/save", form).status_code for _ in range(2)} == {303}
    assert staff.count(Minutes) == 1
    assert "区役所5階" in officer.open("/minutes/1/edit").text
    changed = MINUTES | {"decisions": "発送は7月11日から", "base": "1"}
    assert officer.post("/minutes/1/save", changed | {"form_key": "2"}).status_code == 303
    late = officer.post("/minutes/1/save", changed | {"form_key": "3"})
    assert late.status_code == 422
    assert "ほかの人が新しい版" in late.text
    assert officer.post("/minutes/1/confirm", {"number": "2"}).status_code == 403
    assert ward.post("/minutes/1/save", changed).status_code == 403
    stale = ward.post("/minutes/1/confirm", {"number": "1", "form_key": "4"})
    assert stale.status_code == 422
    assert ward.post("/minutes/1/confirm", {"number": "2", "form_key": "5"}).status_code == 303
    assert ward.post("/minutes/1/confirm", {"number": "2", "form_key": "6"}).status_code == 422
    assert staff.count(MinutesVersion) == 2
    (paper,) = pdf.text(ward.post("/minutes/1/pdf").content)
    assert "7月11日から" in paper
    assert "区役所5階" in paper
    assert "7月10日から" in "".join(pdf.text(ward.post("/minutes/1/versions/1/pdf").content))
    assert ward.post("/minutes/1/versions/1/xlsx").content.startswith(b"PK")
    assert (
        officer.post("/minutes/1/save", changed | {"base": "2", "form_key": "7"}).status_code == 422
    )
    assert officer.post("/minutes/1/revise", {"form_key": "8"}).status_code == 303
    assert "区として確認する" not in ward.open("/minutes/1").text
    early = ward.post("/minutes/1/confirm", {"number": "2", "form_key": "a"})
    assert (early.status_code, "この版は確認ずみです" in early.text) == (422, True)
    assert (
        officer.post("/minutes/1/save", changed | {"base": "2", "form_key": "9"}).status_code == 303
    )
    assert "区が確認ずみ" not in officer.open("/minutes/1").text
    assert officer.get("/minutes/9").status_code == 404


def test_no_text_of_minutes_stands_in_the_log_or_unsealed(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    officer.post("/minutes/new/save", MINUTES | {"base": "0"})
    (event,) = staff.events("minutes.written")
    assert event.detail == {"number": 1}
    with staff.database.read() as session:
        version = session.query(MinutesVersion).one()
        assert "区役所".encode() not in version.sealed


def test_the_list_of_open_questions_begins_with_the_gaps_of_the_specification(
    staff: StaffSite,
) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    shown = officer.open("/questions").text
    assert len(defaults()) == 8
    assert all(one.title in shown for one in defaults().values())
    assert staff.count(OpenQuestion) == 0
    assert officer.post("/questions/3/ask", {"day": "2099-01-01"}).status_code == 422
    assert officer.post("/questions/3/ask", {"day": "いつか"}).status_code == 422
    assert (
        officer.post("/questions/3/ask", {"day": "2023-06-30", "form_key": "1"}).status_code == 303
    )
    answer = {
        "answer": "12月20日まで",
        "instruction_no": "5汐子第5号",
        "instruction_on": "2023-06-30",
        "form_key": "2",
    }
    assert officer.post("/questions/3/answer", answer).status_code == 403
    nameless = ward.post("/questions/3/answer", answer | {"instruction_no": "", "form_key": "3"})
    assert nameless.status_code == 422
    assert 'id="instruction_no-error"' in nameless.text
    assert {ward.post("/questions/3/answer", answer).status_code for _ in range(2)} == {303}
    shown = officer.open("/questions/3").text
    assert "12月20日まで" in shown
    assert "番号 5汐子第5号、2023-06-30" in shown
    assert (
        officer.post("/questions/3/ask", {"day": "2023-06-30", "form_key": "4"}).status_code == 422
    )
    assert officer.post("/questions/3/close", {"form_key": "5"}).status_code == 303
    assert ward.post("/questions/3/answer", answer | {"form_key": "6"}).status_code == 422
    assert officer.post("/questions/3/reopen", {"form_key": "7"}).status_code == 303
    assert staff.count(OpenQuestion, number=3, state="open") == 1
    assert len(staff.events("question.answered")) == 1


def test_an_own_question_gets_the_next_number(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    wrong = officer.post("/questions/add", {"title": "", "clause": "", "question": "x"})
    assert wrong.status_code == 422
    assert 'id="title-error"' in wrong.text
    form = {"title": "封筒の色", "clause": "7(5)", "question": "白でよいか。", "form_key": "1"}
    assert {officer.post("/questions/add", form).status_code for _ in range(2)} == {303}
    assert staff.count(OpenQuestion, number=9) == 1
    assert "白でよいか。" in officer.open("/questions/9").text
    assert officer.get("/questions/99").status_code == 404


def test_long_lists_of_questions_come_in_pages_of_twenty(sqlite_staff: StaffSite) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    for at in range(14):
        officer.post(
            "/questions/add", {"title": f"件名{at}", "question": "x", "form_key": f"k{at}"}
        )
    first = officer.open("/questions").text
    assert "件名11" in first
    assert "件名12" not in first
    assert "/questions?after=20" in first
    assert "件名13" in officer.open("/questions?after=20").text


def test_the_checklist_shows_who_outside_the_ward_receives_what_by_which_consent(
    staff: StaffSite,
) -> None:
    shown = staff.enter_as(Role.AUDITOR).open("/checklist").text
    table = shown[shown.index('id="outside"') :]
    for words in ("見本通信株式会社", "SMSを送る", "JP 東京", "携帯電話の番号", "5汐こ第101号"):
        assert words in table


def test_checklist_answers_quote_the_settings_at_work_and_are_corrected_as_versions(
    staff: StaffSite,
) -> None:
    officer, auditor = staff.enter_as(Role.OFFICER), staff.enter_as(Role.AUDITOR)
    shown = auditor.open("/checklist").text
    assert "15 分何もしないと画面が閉じ、8 時間で必ず終わります" in shown
    assert "Argon2id（メモリー 19 MiB、2 回）" in shown
    assert "%(" not in shown
    assert auditor.get("/checklist/certificate").status_code == 403
    here = "/checklist/certificate/write"
    assert officer.post(here, {"base": "0", "verdict": "maybe", "answer": "x"}).status_code == 422
    form = {
        "base": "0",
        "verdict": "yes",
        "answer": "JIS Q 27001 第1号",
        "evidence": "認証書",
        "form_key": "1",
    }
    assert {officer.post(here, form).status_code for _ in range(2)} == {303}
    late = officer.post(here, form | {"form_key": "2"})
    assert late.status_code == 422
    assert "ほかの人が新しい版" in late.text
    assert staff.count(ChecklistAnswer, key="certificate") == 1
    assert "JIS Q 27001 第1号" in auditor.open("/checklist").text
    assert officer.get("/checklist/nothing").status_code == 404


def test_the_questions_quote_the_wards_own_settings(sqlite_staff: StaffSite) -> None:
    sample = sample_program()
    young = replace(
        sample,
        eligibility=replace(sample.eligibility, birth_from=date(2008, 5, 2)),
        request_rules=tuple(replace(rule, storage_days=10) for rule in sample.request_rules),
    )
    with sqlite_staff.database.read() as session:
        shown = questions(work_in(session, program=young))
    texts = "".join(one.title + one.question for one in shown)
    assert "平成20年5月2日" in texts
    assert "保管が10日" in texts
    assert "18" not in texts  # nobody of this program turns 18
    with sqlite_staff.database.read() as session:
        assert "18歳" in "".join(one.title for one in questions(work_in(session)))
