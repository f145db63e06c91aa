"""Reports as one hands them in: a full first page, columns that fit, values in workbooks."""

import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report, ReportTable
from tests.functional.oversight.reports.test_call_versions import Office
from tests.functional.oversight.reports.test_recount import HERE, Town
from tests.support.contacts.call_month import CHECK_DAY, fill
from tests.support.reading import pdf
from tests.support.staff import StaffSite

ODD = ReportTable(
    "郵便の通数と郵便料（種類別）",
    ("種類", "手紙（通）", "小包など（個）", "1通の郵便料（円）", "郵便料（円）", "応答率", "ATT"),
    [("2023-07-12", 87, 0, "–", "–", "94.4%", "3:05"), ("簡易書留", 1, 2, 460, 460, "–", "–")],
    ("合計", 88, 2, "", "–", "", ""),
    wide=0,
    note="郵便料の合計は分かりません。",
    alarms=(1,),
    charts=(1,),
)


def report(*tables: ReportTable, cover: bool = True) -> Report:
    return Report("題", "区", "事務局", (("対象月", "7月"),), tables, ("注",), cover)


def colors(page: Image.Image) -> dict[object, int]:
    """How often each color stands on a page."""
    counted = page.convert("RGB").getcolors(page.width * page.height) or []
    return {color: count for count, color in counted}


def lines(page: str) -> list[str]:
    return [line.strip() for line in page.splitlines() if line.strip()]


def test_the_first_page_has_the_figures_beside_the_cover(sqlite_staff: StaffSite) -> None:
    town = Town(sqlite_staff)
    paper = town.one.post(f"{HERE}/pdf", {"form_key": "p"}).content
    first, *others = pdf.text(paper)
    for said in ("配送業務 月次報告書", "対象月", "数えなおし", "1. 総括", "差し出した手紙"):
        assert said in first
    assert all(len(lines(page)) > 3 for page in others[:-1])


def test_no_column_is_set_one_sign_below_the_other(sqlite_staff: StaffSite) -> None:
    town = Town(sqlite_staff)
    paper = town.one.post(f"{HERE}/pdf", {"form_key": "p"}).content
    every = [line for page in pdf.text(paper) for line in lines(page)]
    for name in ("簡易書留", "一般書留", "特定記録", "普通郵便", "ゆうパック"):
        assert any(line.startswith(name) for line in every), name


def test_a_table_of_many_columns_keeps_each_cell_in_a_line(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff, counts=False)
    fill(sqlite_staff.database, sqlite_staff.site.program, office.agent, office.one.id or 0)
    office.check()
    text = "\n".join(pdf.text(as_pdf(office.report(1), CHECK_DAY)))
    for row in office.report(1).tables[1].rows:
        written = [f"{cell:,}" if isinstance(cell, int) else cell for cell in row]
        assert any(line.split() == written for line in lines(text)), row


def test_a_chart_stands_over_its_table_and_is_not_read_out() -> None:
    with_chart, plain = (as_pdf(report(ODD, cover=c), CHECK_DAY) for c in (True, False))
    (page,) = pdf.pages(with_chart, 40)
    assert colors(page)[0, 49, 216] > 200
    assert "手紙（通）（最大 87）" in "".join(pdf.text(plain))


def test_what_differs_stands_red_on_paper() -> None:
    paper = as_pdf(report(ODD), CHECK_DAY)
    (page,) = pdf.pages(paper)
    assert colors(page)[176, 0, 32] > 20


def test_numbers_shares_days_and_minutes_are_values_in_a_workbook() -> None:
    body = as_xlsx(report(ODD), events="https://staff.example/figures")
    rows = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(1).to_python()
    day, letters, _parcels, each, _yen, share, minutes = rows[1]
    assert (day, letters, each, share) == (date(2023, 7, 12), 87.0, "–", 0.944)
    assert minutes == timedelta(minutes=3, seconds=5)
    assert rows[2][3] == 460.0
    assert "郵便料の合計は分かりません。" in [row[0] for row in rows]
    with zipfile.ZipFile(BytesIO(body)) as parts:
        names = parts.namelist()
        assert "xl/charts/chart1.xml" in names
        sheet = parts.read("xl/worksheets/sheet2.xml").decode()
        assert "<f>" not in sheet


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(1)", "-3", "+3", "12,000", "1:2:3", "2023-13-40", "10:75"]
)
def test_a_text_stays_a_text(text: str) -> None:
    table = ReportTable("表", ("名",), [(text,)])
    body = as_xlsx(report(table))
    rows = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(1).to_python()
    assert rows[1] == [text]
