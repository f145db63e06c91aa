"""A report as a file: PDF/UA by Typst, or xlsx whose cells are never formulas."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.oversight.reports.tables import Report, ReportTable, width_of, written
from portal.domain.oversight.reports.workbooks import SHEET_NAME_MAX, TableSheet, put_facts

if TYPE_CHECKING:
    import xlsxwriter

LINE = 84
"""Half-width characters in the width of a page at the usual size."""
COLUMN_LEAST, COLUMN_MOST = 5, 44


def as_pdf(report: Report, now: datetime, events: str = "", *, large: bool = False) -> bytes:
    """Return the report as a PDF; the same report and instant (UTC) give the same bytes.

    ``events`` is the address on the staff site under which figures open their events, "" for none.
    With ``large`` nothing in it is smaller than 18 points, and rows stand as lines, not in tables.
    """
    data = {
        "title": report.title,
        "addressee": report.addressee,
        "sender": report.sender,
        "facts": [list(fact) for fact in report.facts],
        "notes": list(report.notes),
        "day": [now.year, now.month, now.day],
        "tables": [_table(table) for table in report.tables],
        "events": events,
        "cover": report.cover,
        "large": large,
    }
    return compile_pdf("report.typ", data, timestamp=int(now.timestamp()))


def _table(table: ReportTable) -> dict[str, Any]:
    widths = _widths(table)
    return {
        "title": table.title,
        "columns": list(table.columns),
        "numbers": table.figures,
        "widths": widths,
        "size": max(6.5, min(10.5, 10.5 * LINE / max(1, sum(widths)))),
        "rows": [[written(cell) for cell in row] for row in table.rows],
        "total": [written(cell) for cell in table.total],
        "empty": table.empty,
        "note": table.note,
        "alarms": list(table.alarms),
        "opens": list(table.opens),
        "charts": _charts(table),
    }


def _widths(table: ReportTable) -> list[int]:
    """Return the share of each column in the width of a page.

    A column has room for its longest cell in one line; its heading takes two where there is not
    room enough. What is left goes to the widest column, if the table names one.
    """
    found = _needed(table, lines=1)
    if sum(found) > LINE:
        found = _needed(table, lines=2)
    if table.wide is not None:
        found[table.wide] += max(0, LINE - sum(found))
    return found


def _needed(table: ReportTable, lines: int) -> list[int]:
    every = [*table.rows, *([table.total] if table.total else [])]
    found = []
    for at, title in enumerate(table.columns):
        longest = max((width_of(written(row[at])) for row in every), default=0)
        needed = max(longest, -(-width_of(title) // lines)) + 2
        found.append(min(COLUMN_MOST, max(COLUMN_LEAST, needed)))
    return found


def _charts(table: ReportTable) -> list[dict[str, Any]]:
    """Return the columns to draw as bars; the table beside them has the same numbers."""
    if len(table.rows) < 2:
        return []
    return [
        {
            "title": table.columns[at],
            "values": [cell if isinstance(cell := row[at], int) else 0 for row in table.rows],
            "first": written(table.rows[0][0]),
            "last": written(table.rows[-1][0]),
        }
        for at in table.charts
    ]


def _workbook(file: BytesIO) -> "xlsxwriter.Workbook":
    """Begin a workbook in which no text is a formula, an address or a number."""
    import xlsxwriter  # noqa: PLC0415  (2 MB that only workbooks need)

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return xlsxwriter.Workbook(file, options)


def table_as_xlsx(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows of texts, the names of the columns first, as a workbook of one sheet."""
    file = BytesIO()
    with _workbook(file) as book:
        sheet = book.add_worksheet(title[:SHEET_NAME_MAX])
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell, wrapped)
        sheet.set_column(0, max((len(row) for row in rows), default=1) - 1, 28)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def as_xlsx(report: Report, mark: str = "", events: str = "") -> bytes:
    """Return the report as a workbook: a sheet of facts, then one sheet per table.

    Numbers, shares, days and minutes are values that can be added up. ``mark`` stands on top of
    every sheet and of every printed page, ``events`` is as for ``as_pdf``. Texts are never
    interpreted as formulas (CWE-1236).
    """
    file = BytesIO()
    with _workbook(file) as book:
        put_facts(book, report, mark)
        for index, table in enumerate(report.tables, 1):
            TableSheet(book, f"{index} {table.title}"[:SHEET_NAME_MAX], table, events).fill(mark)
    return file.getvalue()
