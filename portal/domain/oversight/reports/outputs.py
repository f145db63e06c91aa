"""A report as a file: PDF/UA by Typst, or xlsx whose cells are never formulas."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable

SHEET_NAME_MAX = 31
MARGIN_MAX = 110
"""So that the line stays within the 255 characters of a margin, signs doubled."""
_TEXTS_ONLY = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def as_pdf(report: Report, now: datetime) -> bytes:
    """Return the report as a PDF; the same report and instant (UTC) give the same bytes."""
    data = {
        "title": report.title,
        "addressee": report.addressee,
        "sender": report.sender,
        "facts": [list(fact) for fact in report.facts],
        "notes": list(report.notes),
        "day": [now.year, now.month, now.day],
        "tables": [_table(table) for table in report.tables],
        "cover": report.cover,
    }
    return compile_pdf("report.typ", data, timestamp=int(now.timestamp()))


def _table(table: ReportTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "numbers": table.figures,
        "wide": table.wide,
        "rows": [[_written(cell) for cell in row] for row in table.rows],
        "total": [_written(cell) for cell in table.total],
        "empty": table.empty,
    }


def _written(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell


def table_as_xlsx(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows of texts, the names of the columns first, as a workbook of one sheet."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, _TEXTS_ONLY) as book:
        sheet = book.add_worksheet(title[:SHEET_NAME_MAX])
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell, wrapped)
        sheet.set_column(0, max((len(row) for row in rows), default=1) - 1, 28)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def as_xlsx(report: Report, mark: str = "") -> bytes:
    """Return the report as a workbook: a sheet of facts, then one sheet per table.

    ``mark`` stands on top of every sheet and of every printed page. Texts are never interpreted as
    formulas (CWE-1236).
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, _TEXTS_ONLY) as book:
        _put_facts(book, report, mark)
        for index, table in enumerate(report.tables, 1):
            _put_table(book, f"{index} {table.title}"[:SHEET_NAME_MAX], table, mark)
    return file.getvalue()


def _put_facts(book: Any, report: Report, mark: str) -> None:
    bold = book.add_format({"bold": True})
    first = book.add_worksheet(report.title[:SHEET_NAME_MAX])
    first.write_string(0, 0, report.title, bold)
    if mark:
        _put_mark(first, mark)
        first.write_string(1, 0, mark)
    lines = [*report.facts, *(("", note) for note in report.notes)]
    for line, (label, value) in enumerate(lines, 2):
        first.write_string(line, 0, label)
        first.write_string(line, 1, value)
    first.set_column(0, 0, 24)
    first.set_column(1, 1, 60)


def _put_table(book: Any, name: str, table: ReportTable, mark: str) -> None:
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    sheet = book.add_worksheet(name)
    top = 1 if mark else 0
    if mark:
        _put_mark(sheet, mark)
        sheet.write_string(0, 0, mark)
        sheet.repeat_rows(0, top)
    for column, title in enumerate(table.columns):
        sheet.write_string(top, column, title, bold)
    rows = [*table.rows, *([table.total] if table.total else [])]
    for line, row in enumerate(rows, top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell, number)
            else:
                sheet.write_string(line, column, cell)
    sheet.set_column(0, len(table.columns) - 1, 16)
    sheet.freeze_panes(top + 1, 0)


def _put_mark(sheet: Any, mark: str) -> None:
    """Put the mark in the margins, where printing adds it to every page."""
    text = mark[:MARGIN_MAX].replace("&", "&&")
    sheet.set_header(f"&L&8{text}")
    sheet.set_footer(f"&L&8{text}&R&8&P/&N")
