"""Counts come in through a page, and the month's report goes from a draft to the ward."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from portal.domain.contacts.telephony.models import CallCount, CountDay
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import JST
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportNote, ReportVersion
from tests.support.contacts.call_month import (
    CHECK_DAY,
    END_OF_JULY,
    JULY,
    add_marked_call,
    as_file,
    invent_counts,
)
from tests.support.contacts.telephony import line_file
from tests.support.reading import pdf
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

REPORT = "/call-report/2023-07"
ONE = ("2023-07-03", "9:00", "1番", 12, 10, 2, 8, 1800, 600)


@pytest.fixture
def office(staff: StaffSite) -> StaffSite:
    staff.clock.instant = CHECK_DAY
    return staff


@pytest.fixture
def quiet_office(sqlite_staff: StaffSite) -> StaffSite:
    sqlite_staff.clock.instant = CHECK_DAY
    return sqlite_staff


def upload(lead: Visitor, data: bytes, **fields: str) -> str:
    """Send a file and return the page that came back, or where it led."""
    lead.open("/telephony?month=2023-07")
    form = {
        "form_token": lead.token,
        "form_key": "k",
        "layout": "by_line",
        "month": "2023-07",
    } | fields
    answer = lead.loop.run(
        lead.http.post("/telephony/file", data=form, files={"file": ("x.csv", data)})
    )
    if answer.status_code == 303:
        return lead.open(answer.headers["location"]).text
    assert answer.status_code == 422, answer.status_code
    return unescape(answer.text)


def fill_july(lead: Visitor) -> None:
    data = as_file(invent_counts(JULY, END_OF_JULY, halves=(18, 19)))
    assert "数字を入れました。" in upload(lead, data, layout="by_language")


def test_a_file_is_taken_in_once_and_other_numbers_need_a_reason(office: StaffSite) -> None:
    lead = office.enter_as(Role.SUPERVISOR)
    assert "数字を入れました。" in upload(lead, line_file([ONE]))
    assert "同じ数字が、もう入っています" in upload(lead, line_file([ONE]), form_key="other")
    changed = line_file([("2023-07-03", "9:00", "1番", 15, 10, 2, 8, 1800, 600)])
    page = upload(lead, changed)
    assert "12 → 15" in page
    assert 'href="#file_reason"' in page
    assert office.count(CountDay) == 1
    assert "数字を入れました。" in upload(lead, changed, file_reason="corrected")
    page = lead.open("/telephony?month=2023-07").text
    assert "電話のシステムの数字が直った" in page
    assert office.count(CountDay) == 2


def test_a_wrong_file_is_refused_with_its_lines(quiet_office: StaffSite) -> None:
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    page = upload(lead, line_file([ONE, ("2023-07-04", "9:00", "1番", 1, 2, 0, 0, 0, 0)]))
    assert "3行目: 応答2件が、着信1件より多くなっています。" in page
    assert "何も取り込んでいません" in page
    assert "電話のシステムのファイルを選んでください" in upload(lead, b"")
    assert "レイアウトを選んでください" in upload(lead, line_file([ONE]), layout="../secret")
    assert quiet_office.count(CallCount) == 0


def test_a_day_is_typed_and_a_second_click_changes_nothing(office: StaffSite) -> None:
    lead = office.enter_as(Role.OFFICER)
    lead.open("/telephony")
    form = {
        "form_key": "a",
        "day": "2023-07-03",
        "offered_ja": "20",
        "answered_ja": "18",
        "abandoned_ja": "2",
    }
    for _ in range(2):
        assert lead.post("/telephony/day", form).status_code == 303
    assert office.count(CountDay) == 1
    page = lead.open("/telephony?month=2023-07").text
    assert "90.0%" in page
    assert "日別の入力" in page
    answer = lead.post(
        "/telephony/day", form | {"form_key": "b", "answered_ja": "21", "typed_reason": "mistake"}
    )
    assert answer.status_code == 422
    assert 'href="#answered_ja"' in answer.text
    assert 'value="21"' in answer.text


def test_closed_days_and_days_without_counts_never_show_0_percent(quiet_office: StaffSite) -> None:
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    upload(lead, line_file([("2023-07-02", "10:00", "1番", 2, 0, 2, 0, 0, 0)]))
    page = lead.open("/telephony?month=2023-07").text
    assert "0.0%" not in page
    assert "数字のない営業日" in page


def test_the_report_goes_from_draft_to_the_ward_by_two_people(office: StaffSite) -> None:
    one, two = office.enter_as(Role.SUPERVISOR), office.enter_as(Role.OFFICER)
    page = one.open(REPORT).text
    assert "次の営業日の電話の数字がありません: 7/3、" in page
    refused = one.post(f"{REPORT}/check", {"form_key": "1"})
    assert refused.status_code == 422
    assert "次の営業日の電話の数字がありません" in refused.text
    fill_july(one)
    assert "確認ずみにしました" in one.send(f"{REPORT}/check", {"form_key": "2"}).text
    assert f'action="{REPORT}/submit"' not in one.open(REPORT).text
    own = one.post(f"{REPORT}/submit", {"form_key": "3", "number": "1"})
    assert (own.status_code, "自分が確認した報告書" in own.text) == (422, True)
    ward = office.enter_as(Role.WARD_OFFICER)
    assert "まだ提出されていません" in ward.open(REPORT).text
    assert ward.get(f"{REPORT}/versions/1").status_code == 404
    two.open(REPORT)
    assert (
        "提出ずみにしました" in two.send(f"{REPORT}/submit", {"form_key": "4", "number": "1"}).text
    )
    assert "コールセンター業務" not in ward.open("/call-report").text
    assert "第1版" in ward.open(REPORT).text
    assert "日別" in ward.open(f"{REPORT}/versions/1").text
    file = ward.post(f"{REPORT}/pdf", {"form_key": "5"})
    assert file.headers["content-disposition"] == 'attachment; filename="calls-2023-07-1.pdf"'
    assert "令和5年8月3日" in "".join(pdf.text(file.content)).replace("\r", "").replace("\n", "")
    book = ward.post(f"{REPORT}/versions/1/xlsx", {"form_key": "6"})
    from io import BytesIO

    assert len(CalamineWorkbook.from_filelike(BytesIO(book.content)).sheet_names) == 15
    assert "新しい版の下書きを始めました" in two.send(f"{REPORT}/revise", {"form_key": "7"}).text
    assert "第1版" in ward.open(REPORT).text, "the ward keeps what it was given"


def test_a_second_click_on_check_makes_no_second_version(office: StaffSite) -> None:
    lead = office.enter_as(Role.SUPERVISOR)
    fill_july(lead)
    lead.open(REPORT)
    for _ in range(2):
        assert lead.post(f"{REPORT}/check", {"form_key": "same"}).status_code == 303
    assert office.count(ReportVersion) == 1
    late = lead.post(f"{REPORT}/check", {"form_key": "another"})
    assert late.status_code == 422
    assert "いまの状態では" in late.text


def test_a_marked_call_becomes_a_sentence_without_names(office: StaffSite) -> None:
    lead = office.enter_as(Role.SUPERVISOR)
    agent = office.hire(Role.AGENT).id
    call = add_marked_call(
        office.database, agent, JULY + timedelta(days=11), "鶉野さんが怒っている。03-1234-5678"
    )
    assert "鶉野" not in lead.open(f"{REPORT}/marked").text
    assert "鶉野さんが怒っている" in lead.open(f"{REPORT}/marked/{call}").text
    assert len(office.events("call.read_for_report")) == 1
    choose = f"{REPORT}/marked/{call}/choose"
    named = lead.post(
        choose, {"form_key": "1", "kind": "complaint", "text": "鶉野さんが怒っている。"}
    )
    assert named.status_code == 422
    assert "名前「鶉野さん」が入っています" in unescape(named.text)
    assert (
        "のせました"
        in lead.send(
            choose, {"form_key": "2", "kind": "complaint", "text": "手紙が遅いという苦情。"}
        ).text
    )
    assert lead.get(f"{REPORT}/marked/{call}").status_code == 404, "it is used"
    page = lead.open(REPORT).text
    assert "手紙が遅いという苦情。" in page
    note = re.findall(rf"{REPORT}/notes/(\d+)/drop", page)
    assert "外しました" in lead.send(f"{REPORT}/notes/{note[0]}/drop", {"form_key": "3"}).text
    assert office.count(ReportNote, dropped_at=None) == 0


def test_typed_sections_come_back_as_typed_when_they_name_somebody(quiet_office: StaffSite) -> None:
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    lead.open(REPORT)
    texts = {"staffing": "人を増やした。", "outages": "佐藤さんの席の電話が止まった。"}
    answer = lead.post(f"{REPORT}/texts", {"form_key": "1"} | texts)
    assert answer.status_code == 422
    assert 'href="#outages"' in answer.text
    assert "人を増やした。" in answer.text
    assert (
        "保存しました"
        in lead.send(
            f"{REPORT}/texts", {"form_key": "2"} | texts | {"outages": "席の電話が止まった。"}
        ).text
    )
    assert "席の電話が止まった。" in lead.open(REPORT).text


@pytest.mark.parametrize(
    "path",
    ["/call-report/2023-05", "/call-report/2023-09", "/call-report/2023-7", "/call-report/x"],
)
def test_other_months_have_no_report(quiet_office: StaffSite, path: str) -> None:
    assert quiet_office.enter_as(Role.SUPERVISOR).get(path).status_code == 404


@pytest.mark.parametrize(
    ("day", "warned"),
    [
        (datetime(2023, 8, 8, 14, 59, tzinfo=UTC), False),
        (datetime(2023, 8, 8, 15, 0, tzinfo=UTC), True),
    ],
)
def test_the_first_page_warns_on_the_business_day_before(
    quiet_office: StaffSite, day: datetime, warned: bool
) -> None:
    with quiet_office.database.write() as session:
        june = date(2023, 6, 1)
        session.add(
            MonthlyReport(
                kind="calls", month=june, state="submitted", wrapped_key=b"", changed_at=day
            )
        )
    quiet_office.clock.instant = day
    for role in (Role.SUPERVISOR, Role.OFFICER):
        page = quiet_office.enter_as(role).open("/").text
        assert "2023年7月のコールセンター月次報告書" in page
        assert ("期限が近い" in page) is warned
    assert "月次報告書" not in quiet_office.enter_as(Role.AGENT).open("/").text


def test_the_list_says_what_is_due_to_those_who_write_it(quiet_office: StaffSite) -> None:
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    page = lead.open("/call-report").text
    assert "期限を過ぎた" in page, "June was due on 10 July"
    assert "2023-08-10" in page
    assert (
        "まだ提出していない報告書"
        not in quiet_office.enter_as(Role.AUDITOR).open("/call-report").text
    )


def test_the_page_says_in_the_readers_language_which_days_are_missing(office: StaffSite) -> None:
    lead = office.enter_as(Role.SUPERVISOR)
    page = lead.open(REPORT + "?lang=en").text
    assert "These business days have no phone figures: 7/3" in page
    assert "次の営業日の電話の数字がありません" not in page
    lead.open(REPORT + "?lang=en")
    refused = lead.post(f"{REPORT}/check", {"form_key": "1"})
    assert "次の営業日の電話の数字がありません" not in refused.text


def test_a_day_that_is_not_over_is_not_missing_and_one_counted_half_is_named_apart(
    quiet_office: StaffSite,
) -> None:
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    day = quiet_office.now.astimezone(JST).date()
    month = f"/telephony?month={day:%Y-%m}"
    quiet_office.clock.instant = datetime.combine(day, time(9), tzinfo=JST)
    short = f"{day.month}/{day.day}"
    assert "数字のない営業日" not in missing_part(lead.open(month).text).get(short, "")
    lead.send(
        "/telephony/day",
        {"form_key": "t", "day": day.isoformat(), "offered_ja": "3", "answered_ja": "3"},
    )
    assert missing_part(lead.open(month).text).get(short) is None
    quiet_office.clock.instant = datetime.combine(day, time(23), tzinfo=JST)
    lead = quiet_office.enter_as(Role.SUPERVISOR)
    assert "途中までの数字" in missing_part(lead.open(month).text)[short]


def missing_part(page: str) -> dict[str, str]:
    """What is said of each day above the forms."""
    above = page.split('<h2 id="days">', 1)[1].split("<form", 1)[0]
    said: dict[str, str] = {}
    for words in re.findall(r"<p>(.*?)</p>", above, re.DOTALL):
        plain = re.sub("<[^>]+>", "", words)
        said |= dict.fromkeys(re.findall(r"\d+/\d+", plain), plain)
    return said
