"""A report as a file: PDF/UA by Typst, or xlsx whose cells are never formulas."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable

SHEET_NAME_MAX = 31
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


def as_xlsx(report: Report) -> bytes:
    """Return the report as a workbook: a sheet of facts, then one sheet per table.

    Texts are never interpreted as formulas (CWE-1236).
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, _TEXTS_ONLY) as book:
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        first = book.add_worksheet(report.title[:SHEET_NAME_MAX])
        first.write_string(0, 0, report.title, bold)
        lines = [*report.facts, *(("", note) for note in report.notes)]
        for line, (label, value) in enumerate(lines, 2):
            first.write_string(line, 0, label)
            first.write_string(line, 1, value)
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 60)
        for index, table in enumerate(report.tables, 1):
            sheet = book.add_worksheet(f"{index} {table.title}"[:SHEET_NAME_MAX])
            for column, name in enumerate(table.columns):
                sheet.write_string(0, column, name, bold)
            rows = [*table.rows, *([table.total] if table.total else [])]
            for line, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(line, column, cell, number)
                    else:
                        sheet.write_string(line, column, cell)
            sheet.set_column(0, len(table.columns) - 1, 16)
            sheet.freeze_panes(1, 0)
    return file.getvalue()
