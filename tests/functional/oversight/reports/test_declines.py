"""The report of declines to the ward.

Figures by way and day, deemed apart, the same on screen, in PDF, xlsx and JSON.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.cli.context import Context
from portal.cli.oversight.report import report
from portal.domain.foundation.actors import Role
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.status.declines import count_declines, decline_report
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change
from portal.domain.requests.declines.services import withdraw
from portal.domain.requests.requests.models import Request
from tests.functional.requests.admin.reviewing import decide, families, inbox, take
from tests.support.reading import pdf
from tests.support.requests.desk import PARENT, officer
from tests.support.staff import StaffSite
from tests.support.work import work_in

LATE_EVENING = datetime(2023, 7, 20, 14, 59, tzinfo=UTC)
PAST_MIDNIGHT = datetime(2023, 7, 20, 15, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2023, 9, 29, 14, 59, 59, tzinfo=UTC)
OVER = datetime(2023, 9, 29, 15, 0, tzinfo=UTC)
ONE, TWO = (
    {"households": 1, "children": 1, "yen": 30_000},
    {"households": 1, "children": 2, "yen": 60_000},
)


def accept(staff: StaffSite, *rows: Request) -> None:
    desk = staff.enter_as(Role.OFFICER)
    for row in rows:
        decide(desk, row, take(desk, row), "accept")
        desk.send(f"{desk.place}/release")


def declared(staff: StaffSite) -> None:
    """Two households decline around midnight, one by FAX, one waits, one is refused.

    One child is deemed declined.
    """
    first, second, third, fourth, fifth = families(staff, 5)
    box = inbox(staff)
    by_fax = box.paper(third, officer(staff.hire().id))
    accept(
        staff,
        box.decline(first, at=LATE_EVENING),
        box.decline(second, (1,), at=PAST_MIDNIGHT),
        by_fax,
    )
    box.decline(fourth)
    refused = box.decline(fifth)
    desk = staff.enter_as(Role.OFFICER)
    decide(desk, refused, take(desk, refused), "refuse", reason="other")
    with staff.database.write() as session:
        keys = select(Entitlement.id).where(
            Entitlement.household_id == second.household_id, Entitlement.state == "in_progress"
        )
        change(work_in(session, now=staff.now), session.scalars(keys).one(), "deem_declined")


def portal(staff: StaffSite, *words: str) -> Result:
    url = staff.database.engine.url.render_as_string(hide_password=False)
    context = Context(replace(staff.site.settings, database_url=url, program="sample"))
    try:
        return CliRunner().invoke(report, ["declines", *words], obj=context)
    finally:
        context.database().engine.dispose()


def test_every_output_says_the_same_by_way_and_japanese_day(
    staff: StaffSite, tmp_path: Path
) -> None:
    declared(staff)
    paths = [tmp_path / "declines.pdf", tmp_path / "declines.xlsx"]
    done = portal(staff, "--json", "--pdf", str(paths[0]), "--xlsx", str(paths[1]))
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["accepted"] == {"households": 3, "children": 5, "yen": 150_000}
    assert (found["deemed"], found["pending"], found["window_over"]) == (ONE, TWO, True)
    nothing = {"households": 0, "children": 0, "yen": 0}
    assert found["by_channel"] == {
        "portal": {"households": 2, "children": 3, "yen": 90_000},
        "phone": nothing,
        "fax": TWO,
        "post": nothing,
        "counter": nothing,
    }
    assert found["by_day"] == [
        {"day": "2023-07-20", "channel": "portal", **TWO},
        {"day": "2023-07-21", "channel": "portal", **ONE},
        {"day": "2023-08-01", "channel": "fax", **TWO},
    ]
    book = CalamineWorkbook.from_path(str(paths[1]))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert book.sheet_names == ["辞退件数報告書", "1 まとめ", "2 受付の方法別", "3 日別"]
    assert sheets["1 まとめ"] == [
        ["区分", "世帯数", "こども（人）", "金額（円）"],
        ["辞退（届出による）", 3.0, 5.0, 150_000.0],
        ["みなし辞退", 1.0, 1.0, 30_000.0],
        ["合計", 4.0, 6.0, 180_000.0],
    ]
    assert sheets["2 受付の方法別"][1:4] == [
        ["ポータル", 2.0, 3.0, 90_000.0],
        ["電話", 0.0, 0.0, 0.0],
        ["FAX", 1.0, 2.0, 60_000.0],
    ]
    assert sheets["3 日別"][1] == [date(2023, 7, 20), "ポータル", 1.0, 2.0, 60_000.0]
    text = "".join(pdf.text(paths[0].read_bytes())).replace("\r", "").replace("\n", "")
    for said in (
        "辞退件数報告書",
        "東京都汐風区",
        "みなし辞退",
        "150,000",
        "180,000",
        "2023-07-21",
        "令和5年7月3日",
    ):
        assert said in text, said
    assert "速報" not in text


def test_the_report_is_provisional_until_the_last_moment_of_the_window(
    sqlite_staff: StaffSite,
) -> None:
    program = sqlite_staff.site.program
    with sqlite_staff.database.read() as session:
        titles = [
            decline_report(work_in(session, now=at, program=program)).title
            for at in (LAST_MOMENT, OVER)
        ]
        over = [
            count_declines(work_in(session, now=at, program=program)).window_over
            for at in (LAST_MOMENT, OVER)
        ]
    assert titles == ["辞退件数報告書（受付中の速報）", "辞退件数報告書"]
    assert over == [False, True]


def test_a_decline_taken_back_is_no_longer_counted(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    person = families(sqlite_staff, 2)[0]
    row = box.decline(person, (1,))
    with sqlite_staff.database.write() as session:
        withdraw(
            work_in(session, PARENT, sqlite_staff.now, program=box.program),
            row.id,
            person.household_id,
        )
        found = count_declines(work_in(session, now=sqlite_staff.now, program=box.program))
    assert (found.accepted.children, found.pending.children) == (0, 0)


def test_the_page_shows_it_and_gives_both_files_on_record(sqlite_staff: StaffSite) -> None:
    box = inbox(sqlite_staff)
    accept(sqlite_staff, box.decline(families(sqlite_staff, 1)[0]))
    auditor = sqlite_staff.enter_as(Role.AUDITOR)
    page = auditor.open("/reports/declines").text
    assert "辞退件数報告書（受付中の速報）" in page
    assert "60,000" in page
    files = [auditor.post(f"/reports/declines/{kind}") for kind in ("pdf", "xlsx")]
    assert files[0].content[:5] == b"%PDF-"
    assert "60,000" in "".join(pdf.text(files[0].content))
    assert len(CalamineWorkbook.from_filelike(BytesIO(files[1].content)).sheet_names) == 4
    assert [event.detail["name"] for event in sqlite_staff.events("report.taken")] == [
        "declines.pdf",
        "declines.xlsx",
    ]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_others_get_no_report(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    assert visitor.get("/reports/declines").status_code == 403
    assert visitor.post("/reports/declines/xlsx").status_code == 403


def test_a_text_that_looks_like_a_formula_stays_text_in_the_workbook() -> None:
    made = Report(
        "=1+1",
        "区",
        "局",
        (("=2+2", "@x"),),
        (ReportTable("t", ("=a", "n"), (("=HYPERLINK(1)", 3),)),),
    )
    book = CalamineWorkbook.from_filelike(BytesIO(as_xlsx(made)))
    assert book.get_sheet_by_index(1).to_python() == [["=a", "n"], ["=HYPERLINK(1)", 3.0]]
    assert (
        book.get_sheet_by_index(0).to_python()[0] == ["=1+1"]
        or "=1+1" in book.get_sheet_by_index(0).to_python()[0]
    )


def test_the_same_report_at_the_same_time_is_the_same_file(sqlite_staff: StaffSite) -> None:
    with sqlite_staff.database.read() as session:
        made = decline_report(work_in(session, now=OVER, program=sqlite_staff.site.program))
    assert as_pdf(made, OVER) == as_pdf(made, OVER)
    assert "辞退はありません。" in "".join(pdf.text(as_pdf(made, OVER)))
