"""What people write into the draft of a call report, and how the draft is shown."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.monthly import notes, versions
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.monthly.notes import marked_calls, read_marked
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from tests.functional.oversight.reports.test_call_versions import SOLD_OUT, Office, _drop, _write
from tests.support.contacts.call_month import CHECK_DAY, JULY, add_marked_call
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_typed_sections_are_kept_and_refused_when_they_name_somebody(
    sqlite_staff: StaffSite,
) -> None:
    office = Office(sqlite_staff)
    _write(office, "7月10日から人を2人増やした。\n夕方の応答率が上がった。")
    with pytest.raises(InputError, match="佐藤さん") as refused:
        _write(office, "佐藤さんが休んだ。")
    assert refused.value.code == "staffing"
    office.check()
    assert [row[0] for row in office.report(1).tables[6].rows] == [
        "7月10日から人を2人増やした。",
        "夕方の応答率が上がった。",
    ]


def test_marked_calls_are_chosen_once_and_their_words_are_read_on_record(staff: StaffSite) -> None:
    office = Office(staff)
    day = date(2023, 7, 12)
    complaint = add_marked_call(staff.database, office.agent, day, "山田さんが怒っている")
    shared = add_marked_call(
        staff.database, office.agent, day, "", complaint=False, shared_with_ward=True
    )
    plain = add_marked_call(staff.database, office.agent, day, "", complaint=False)
    other_month = add_marked_call(staff.database, office.agent, date(2023, 8, 1), "苦情")
    with staff.database.write() as session:
        assert [call.id for call in marked_calls(session, JULY)] == [complaint, shared]
        assert (
            read_marked(work_in(session, office.one, CHECK_DAY), JULY, complaint).text
            == "山田さんが怒っている"
        )
        for other in (plain, other_month):
            with pytest.raises(NotFoundError):
                read_marked(work_in(session, office.one, CHECK_DAY), JULY, other)
    assert len(staff.events("call.read_for_report")) == 1
    office.note(SOLD_OUT, complaint)
    with pytest.raises(NotFoundError):
        office.note(SOLD_OUT, complaint)
    with staff.database.read() as session:
        assert [call.id for call in marked_calls(session, JULY)] == [shared]
        (note,) = notes.notes(work_in(session), JULY)
    _drop(office, note.id)
    with pytest.raises(NotFoundError):
        _drop(office, note.id)
    with staff.database.read() as session:
        assert len(marked_calls(session, JULY)) == 2


def test_a_name_of_the_calls_own_household_is_refused(staff: StaffSite) -> None:
    from portal.domain.contacts.calls.models import CallHousehold

    office = Office(staff)
    person = staff.add_household()
    call = add_marked_call(staff.database, office.agent, date(2023, 7, 12), "鶉野")
    with staff.database.write() as session:
        session.add(
            CallHousehold(call_id=call, household_id=person.household_id, opened_at=CHECK_DAY)
        )
    for text in ("鶉野という方から苦情", "うずらのという方から苦情", "珊瑚の分が来ない"):
        with pytest.raises(InputError, match="世帯の人の名前"):
            office.note(text, call)
    office.note(SOLD_OUT, call)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "文を書いてください"),
        ("あ" * 401, "400文字まで"),
        ("潮見坂の方", None),
        ("星影町の方", "町名"),
    ],
)
def test_a_sentence_must_be_there_short_and_without_places(
    sqlite_staff: StaffSite, text: str, said: str | None
) -> None:
    office = Office(sqlite_staff, counts=False)
    if said is None:
        office.note(text)
        return
    with pytest.raises(InputError, match=said):
        office.note(text)


def test_pdf_and_workbook_say_the_same_and_numbers_of_telephones_stay_text(
    sqlite_staff: StaffSite,
) -> None:
    office = Office(sqlite_staff)
    office.note("=HYPERLINK(1) と書かれた意見")
    office.check()
    office.submit()
    report = office.report(1)
    text = "".join(pdf.text(as_pdf(report, CHECK_DAY))).replace("\r", "").replace("\n", "")
    total = report.tables[1].total
    for said in (
        "コールセンター業務 月次報告書",
        "東京都汐風区",
        "2023年7月",
        "第1版",
        "令和5年8月3日",
        "令和5年8月10日",
        "0120-000-501",
        "1. 総括",
        "2. 日別",
        "3. 時間帯別",
        "4. 分類別",
        "5. 主な問い合わせ",
        "6. 区への引継と回答",
        "7. 体制と改善",
        "8. 障害と事故",
        "9. 事故",
        "10. 止まった時間",
        "11. これからの計画停止",
        f"{total[3]:,}",
        str(total[6]),
        "休",
        "=HYPERLINK(1)",
    ):
        assert said in text, said
    book = CalamineWorkbook.from_filelike(BytesIO(as_xlsx(report)))
    assert [name.split()[0] for name in book.sheet_names[1:]] == [f"{n}" for n in range(1, 15)]
    cover = book.get_sheet_by_index(0).to_python()
    assert ["電話番号", "0120-000-501"] in [row[:2] for row in cover]
    daily = book.get_sheet_by_index(2).to_python()
    counts = [int(cell) if isinstance(cell, float) else cell for cell in daily[-1]]
    assert daily[-1][6] == pytest.approx(float(str(total[6])[:-1]) / 100), "a share is a number"
    assert counts[:6] + counts[7:] == [*total[:6], *total[7:]]
    assert daily[1][2:5] == ["休", "–", "–"], "the 1st of July is a Saturday"
    assert book.get_sheet_by_index(5).to_python()[1] == ["苦情", "=HYPERLINK(1) と書かれた意見"]


def test_a_month_before_without_counts_has_no_figure(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff)
    office.check()
    rows = {str(row[0]): list(row[2:4]) for row in office.report(1).tables[0].rows}
    assert rows["着信"] == rows["応答率"] == ["–", "–"]
    assert rows["受付の記録: 電話"] == [0, "–"], "people were there and wrote down nothing"


def test_the_draft_says_that_it_is_one(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff)
    with sqlite_staff.database.read() as session:
        work = work_in(session, now=CHECK_DAY, program=office.program)
        draft = versions.shown_to_writers(work, KIND, JULY)
        read = versions.shown_to_readers(work, KIND.key(JULY))
    assert read.report is None, "whoever only reads gets what was submitted"
    assert draft.report is not None
    version, report = draft.version, draft.report
    assert version is None
    assert ("版", "下書き") in report.facts
    assert ("提出日", "（まだ提出していません）") in report.facts
    assert sqlite_staff.count(MonthlyReport) == 0, "looking writes nothing"
