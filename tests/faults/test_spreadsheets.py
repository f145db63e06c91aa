"""Our files, opened by a spreadsheet program: no text of theirs runs as a formula (F25).

`tests/unit/foundation/test_cells.py` says the same of every text, without such a program.
"""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.reports.outputs import as_xlsx
from portal.domain.oversight.reports.tables import Report, ReportTable

pytestmark = pytest.mark.long

SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "\u3000=",
    "\ufeff=",
)
HOSTILE = [f"{sign}{rest}" for sign in SIGNS for rest in ("1+1", "SUM(1;1)", 'HYPERLINK("x";"y")')]
PLAIN = ["鶉野　瑠璃子", "03-1234-5678", "2023-08-01"]
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def reopened(file: Path) -> ET.Element:
    """What LibreOffice makes of a file, as its own XML."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("soffice is missing: apt-get install -y libreoffice-calc-nogui", pytrace=False)
    target = file.parent / "out"
    command = [
        program,
        f"-env:UserInstallation=file://{file.parent / 'profile'}",
        "--headless",
        "--convert-to",
        "fods",
        "--infilter=CSV:44,34,76,1" if file.suffix == ".csv" else "--norestore",
        "--outdir",
        str(target),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return ET.parse(target / f"{file.stem}.fods").getroot()


def formulas(sheet: ET.Element) -> list[str]:
    cells = sheet.iter(f"{TABLE}table-cell")
    return [cell.attrib[f"{TABLE}formula"] for cell in cells if f"{TABLE}formula" in cell.attrib]


def test_f25_a_spreadsheet_finds_no_formula_in_an_export(tmp_path: Path) -> None:
    Folder(tmp_path).put_rows("list", ("値",), [(text,) for text in [*HOSTILE, *PLAIN]])
    sheet = reopened(tmp_path / "list.csv")
    assert formulas(sheet) == []
    texts = {"".join(cell.itertext()) for cell in sheet.iter(f"{TEXT}p")}
    assert {"'=1+1", "'＝1+1", *PLAIN} <= texts


def test_f25_a_spreadsheet_finds_no_formula_in_a_report(tmp_path: Path) -> None:
    table = ReportTable("一覧", ("値",), [(text,) for text in [*HOSTILE, *PLAIN]])
    file = tmp_path / "report.xlsx"
    file.write_bytes(as_xlsx(Report("報告", "区", "会社", [("値", "=1+1")], [table])))
    sheet = reopened(file)
    assert formulas(sheet) == []
    texts = {"".join(cell.itertext()) for cell in sheet.iter(f"{TEXT}p")}
    assert {"=1+1", "＝1+1", *PLAIN} <= texts


def test_what_is_not_written_by_us_would_run(tmp_path: Path) -> None:
    """The measurement itself can fail: the same text without our mark is a formula."""
    (tmp_path / "raw.csv").write_text('値\n"=1+1"\n', "utf-8")
    assert len(formulas(reopened(tmp_path / "raw.csv"))) == 1
