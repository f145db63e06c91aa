"""The month's call report against a hand count of what went in.

Every number, every sum, "–" on closed days.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.tables import ReportTable
from tests.support.contacts.call_month import (
    CHECK_DAY,
    END_OF_JULY,
    JULY,
    JUNE,
    NAMES,
    CountTuple,
    Month,
    fill,
    is_open,
)
from tests.support.staff import StaffSite
from tests.support.work import work_in

END_OF_JUNE = JULY - timedelta(days=1)
ASKED = {"phone", "fax", "counter"}


class Written:
    """The report of July, by table."""

    def __init__(self, staff: StaffSite) -> None:
        self.agent, self.lead = staff.hire(Role.AGENT).id, staff.hire(Role.SUPERVISOR).id
        self.month: Month = fill(staff.database, staff.site.program, self.agent, self.lead)
        with staff.database.read() as session:
            self.draft = KIND.build(
                work_in(session, now=CHECK_DAY, program=staff.site.program), JULY
            )
        self.tables: dict[str, ReportTable] = {
            table.title: table for table in self.draft.report.tables
        }

    def rows(self, title: str) -> dict[str, list[Any]]:
        """A table's rows by their first cell."""
        return {str(row[0]): list(row) for row in self.tables[title].rows}


_written: dict[str, Written] = {}


@pytest.fixture
def written(staff: StaffSite) -> Written:
    """Nothing is changed here, so one report serves all tests of a kind of database."""
    kind = staff.database.engine.dialect.name
    return _written[kind] if kind in _written else _written.setdefault(kind, Written(staff))


def rate(part: int, whole: int) -> str:
    """Another way to the same rounding: whole tenths, halves up."""
    if not whole:
        return "–"
    tenths = int(part * 1000 / whole + 0.5)
    return f"{tenths / 10:.1f}%"


def clock(seconds: int, count: int) -> str:
    mean = int(seconds / count + 0.5)
    return f"{mean // 60}:{mean % 60:02}"


def sums(rows: list[CountTuple]) -> tuple[int, ...]:
    return tuple(sum(row[place] for row in rows) for place in range(3, 11))  # type: ignore[misc]


def test_summary_is_the_hand_count(written: Written) -> None:
    found = written.rows("総括")
    month, everything = written.month, written.month.counted(JUNE, END_OF_JULY)
    july, june = sums(month.counted(JULY, END_OF_JULY)), sums(month.counted(JUNE, END_OF_JUNE))
    total = sums(everything)
    for place, label in enumerate(("着信", "応答", "放棄")):
        assert found[label] == [
            label,
            july[place],
            june[place],
            rate(july[place], june[place]),
            total[place],
        ]
    for label, part in (("応答率", 1), ("放棄率", 2), ("サービスレベル（20秒以内の応答）", 5)):
        assert found[label][1:] == [
            rate(july[part], july[0]),
            rate(june[part], june[0]),
            "–",
            rate(total[part], total[0]),
        ]
    assert found["平均通話時間 ATT（分:秒）"][1] == clock(july[6], july[1])
    assert found["平均後処理時間 ACW（分:秒）"][1] == clock(july[7], july[1])
    assert found["平均処理時間 AHT（分:秒）"][1] == clock(july[6] + july[7], july[1])


def test_recorded_contacts_are_the_hand_count(written: Written) -> None:
    found = written.rows("総括")
    here = [
        call
        for call in written.month.calls
        if JULY <= call["day"] <= END_OF_JULY
        and call["direction"] == "inbound"
        and call["channel"] in ASKED
    ]
    for label, channel in (("電話", "phone"), ("FAX", "fax"), ("窓口", "counter")):
        assert found[f"受付の記録: {label}"][1] == sum(call["channel"] == channel for call in here)
    phoned = sum(call["channel"] == "phone" for call in here)
    answered = int(str(found["応答"][1]))
    assert found["記録した割合（受付の記録: 電話÷応答）"][1] == rate(phoned, answered)
    assert found["うち苦情"][1] == sum(call["complaint"] for call in here) > 0
    assert found["区に引き継いだもの"][1] == 1, (
        "what was passed on, whatever the notes of the calls say"
    )
    raised = [row for row in written.tables["区への引継と回答"].rows if str(row[0]) >= f"{JULY}"]
    assert len(raised) == found["区に引き継いだもの"][1]
    assert (
        found["うち通訳の利用"][1]
        == sum(call["interpreter_minutes"] is not None for call in here)
        > 0
    )
    assert found["通訳の時間（分）"][1] == sum(call["interpreter_minutes"] or 0 for call in here)
    assert found["うち三者間通話"][1] == sum(call["three_way_minutes"] is not None for call in here)
    assert found["三者間通話の時間（分）"][1] == sum(
        call["three_way_minutes"] or 0 for call in here
    )
    assert found["うち電話リレーサービス"][1] == sum(call["relay_service"] for call in here)


def test_every_day_is_the_hand_count_and_closed_days_have_no_number(written: Written) -> None:
    table = written.tables["日別"]
    assert len(table.rows) == 31
    for row in table.rows:
        day = date(2023, 7, int(str(row[0])))
        here = [one for one in written.month.counted(JULY, END_OF_JULY) if one[0] == day]
        faxes = [
            sum(
                at == day and reason not in {"advertisement", "duplicate"}
                for at, reason in written.month.faxes
            ),
            sum(at == day and state == "sent" for at, state in written.month.replies),
        ]
        assert row[1] == "月火水木金土日"[day.weekday()]
        if not is_open(day):
            assert list(row[2:12]) == ["休", *["–"] * 9], day
            assert list(row[12:]) == [faxes[0] or "–", faxes[1] or "–"]
            continue
        offered, answered, abandoned = sums(here)[:3]
        spoken = [sum(one[3] for one in here if one[2] == name) for name in NAMES]
        assert list(row[2:]) == [
            "稼働",
            offered,
            answered,
            abandoned,
            rate(answered, offered),
            *spoken,
            *faxes,
        ], day


def test_totals_are_the_sums_of_their_rows(written: Written) -> None:
    for title, columns in (("日別", (3, 4, 5, 7, 8, 9, 10, 11, 12, 13)), ("時間帯別", (1, 2, 3))):
        table = written.tables[title]
        for column in columns:
            cells = [row[column] for row in table.rows]
            assert table.total[column] == sum(cell for cell in cells if isinstance(cell, int)), (
                title,
                column,
            )
    daily = written.tables["日別"].total
    assert daily[3] == sum(cell for cell in daily[7:12] if isinstance(cell, int)), (
        "languages add up to the calls"
    )
    assert list(daily[3:7]) == list(written.tables["時間帯別"].total[1:5])


def test_half_hours_are_the_hand_count(written: Written) -> None:
    found = written.rows("時間帯別")
    assert list(found) == [
        f"{half // 2}:{half % 2 * 30:02}–{(half + 1) // 2}:{(half + 1) % 2 * 30:02}"
        for half in range(18, 34)
    ]
    for half, row in zip(range(18, 34), found.values(), strict=True):
        here = sums([one for one in written.month.counted(JULY, END_OF_JULY) if one[1] == half])
        assert row[1:] == [*here[:3], rate(here[1], here[0]), rate(here[5], here[0])]


def test_categories_are_the_hand_count_with_their_share(written: Written) -> None:
    table = written.tables["分類別"]
    here = [
        call
        for call in written.month.calls
        if JULY <= call["day"] <= END_OF_JULY
        and call["direction"] == "inbound"
        and call["channel"] in ASKED
    ]
    coupons = [row for row in table.rows if row[:2] == ("クーポン", "（計）")]
    count = sum(call["category"] == "coupon" for call in here)
    assert [list(row) for row in coupons] == [["クーポン", "（計）", count, rate(count, len(here))]]
    sub = [row for row in table.rows if row[1] == "使い方"]
    assert sub[0][2] == sum(call["subcategory"] == "how_to_use" for call in here)
    nothing = [row for row in table.rows if row[0] == "分類なし"]
    assert nothing[0][2] == sum(call["category"] is None for call in here) > 0
    firsts = [row[2] for row in table.rows if row[1] in {"（計）", ""}]
    assert sum(cell for cell in firsts if isinstance(cell, int)) == table.total[2] == len(here)


def test_questions_to_the_ward_are_told_without_what_they_are_about(written: Written) -> None:
    rows = [list(row) for row in written.tables["区への引継と回答"].rows]
    assert rows == [
        ["2023-06-29", "対象の判断", "2023-07-02", "回答ずみ", "2023-07-04", "こ支第12号"],
        ["2023-07-12", "報道", "2023-07-15", "回答待ち", "–", "–"],
    ]
    assert "鶉野" not in str(written.draft.report)


def test_calls_outside_the_hours_are_left_out_and_said(written: Written) -> None:
    inside = set(written.month.counted(JULY, END_OF_JULY))
    outside = sum(row[3] for row in written.month.counts if row[0] >= JULY and row not in inside)
    assert outside > 0
    assert (
        f"営業時間の外の電話は、着信に数えません。この月は{outside}件ありました。"
        in written.draft.report.notes
    )
    assert "話し中でつながらなかった電話は、着信に数えません。" in written.draft.report.notes
    assert "5秒以内に切れた電話も、着信と放棄に数えます。" in written.draft.report.notes
    assert written.draft.missing == ()
