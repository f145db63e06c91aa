"""The business calendar for staff: what a day is and who agreed.

And the warning that the telephone ends first.
"""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.calendar import (
    Agreement,
    Closure,
    Hours,
    HoursOverride,
    Payer,
)
from tests.support.staff import ROLES, StaffSite, make_staff

AGREED = Agreement(Payer.CONTRACTOR, "こども家庭支援課", "5児支発第21号", date(2023, 6, 20))


def with_days(staff: StaffSite) -> StaffSite:
    program = staff.site.program
    calendar = replace(
        program.calendar,
        overrides=(
            HoursOverride(date(2023, 7, 8), Hours(time(10), time(15)), "発送の直後", AGREED),
            HoursOverride(
                date(2023, 8, 18),
                Hours(time(9), time(12)),
                "停電工事",
                replace(AGREED, paid_by=Payer.WARD),
            ),
        ),
        closures=(
            Closure(
                date(2023, 9, 4),
                date(2023, 9, 5),
                "設備の点検",
                replace(AGREED, paid_by=Payer.AGREED),
            ),
        ),
    )
    site = replace(staff.site, filed=replace(program, calendar=calendar))
    return make_staff(site, staff.database, staff.loop, staff.folder)


def cell(page: str, day: int) -> str:
    return page.split(f'<span class="date">{day}')[1].split("</td>", maxsplit=1)[0]


@pytest.mark.parametrize("role", list(ROLES))
def test_everybody_reads_the_calendar(sqlite_staff: StaffSite, role: Role) -> None:
    answer = sqlite_staff.enter_as(role).get("/calendar")
    assert answer.status_code == 200
    assert "臨時の開所や休みは、まだありません" in answer.text
    assert 'href="/calendar"' in answer.text


def test_a_month_shows_hours_holidays_and_what_differs_with_its_reason(
    sqlite_staff: StaffSite,
) -> None:
    visitor = with_days(sqlite_staff).enter_as(Role.SUPERVISOR)
    july = visitor.open("/calendar?month=2023-07").text
    assert "9:00–17:00" in cell(july, 3)
    assert "臨時の開所: 発送の直後" in cell(july, 8)
    assert "10:00–15:00" in cell(july, 8)
    assert "祝日: 海の日" in cell(july, 17)
    assert "定休日" in cell(july, 9)
    august = visitor.open("/calendar?month=2023-08").text
    assert "今日" in cell(august, 1)
    assert "時間の変更: 停電工事" in cell(august, 18)
    assert "9:00–12:00" in cell(august, 18)
    assert "臨時の休み: 設備の点検" in cell(visitor.open("/calendar?month=2023-09").text, 5)
    december = visitor.open("/calendar?month=2023-12").text
    assert "最後に電話がつながる日" in cell(december, 28)
    assert "年末年始の休み" in cell(december, 29)
    assert "クーポンの交換 最後の日" in cell(december, 31)
    assert "期間の外" in cell(visitor.open("/calendar?month=2024-01").text, 4)


def test_each_agreed_day_names_payer_approver_number_and_date_the_coming_ones_first(
    sqlite_staff: StaffSite,
) -> None:
    page = with_days(sqlite_staff).enter_as(Role.WARD_OFFICER).open("/calendar").text
    table = page.split("臨時の開所と休みの一覧")[-1]
    rows = [row for row in table.split("<tr>")[1:] if "5児支発第21号" in row]
    assert [row.split("<")[1].split(">")[1] for row in rows] == [
        "2023-08-18 (金)",
        "2023-09-04 (月) – 2023-09-05 (火)",
        "2023-07-08 (土)",
    ]
    for row, payer in zip(rows, ("区", "別に取り決め", "受託者"), strict=True):
        assert f"<td>{payer}</td>" in row
        assert "こども家庭支援課" in row
        assert "2023-06-20" in row


@pytest.mark.parametrize(
    "typed", ["", "2023-13", "1066-10", "9999-12", "x", "2023-08-01", "２０２３-08"]
)
def test_a_month_that_is_none_shows_this_one(sqlite_staff: StaffSite, typed: str) -> None:
    answer = sqlite_staff.enter_as(Role.OFFICER).get("/calendar", params={"month": typed})
    assert answer.status_code == 200
    assert "2023-08" in answer.text.split("<title>")[1].split("</title>")[0]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ((2023, 11, 30, 23, 59), ""),
        ((2023, 12, 1, 0, 0), "電話の受付は 2023-12-28 17:00 までです"),
        ((2023, 12, 28, 17, 0), "2023-12-28 17:00 に終わりました"),
        ((2023, 12, 31, 23, 59), "2023-12-31 まで続きます"),
        ((2024, 1, 1, 0, 0), ""),
    ],
)
def test_staff_are_warned_in_december_that_the_telephone_ends_before_the_coupon(
    sqlite_staff: StaffSite, when: tuple[int, int, int, int, int], said: str
) -> None:
    sqlite_staff.clock.instant = datetime(*when, tzinfo=JST)
    page = sqlite_staff.enter_as(Role.AGENT).open("/").text
    assert ('class="ending"' in page) is bool(said)
    assert said in page
    assert 'class="ending"' not in sqlite_staff.visitor().open("/signin").text
