"""The sheets of a report's workbook: numbers are values, texts are never formulas."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from portal.domain.oversight.reports.tables import (
    TIME,
    Cell,
    Report,
    ReportTable,
    width_of,
    written,
)

SHEET_NAME_MAX = 31
MARGIN_MAX = 110
"""So that the line stays within the 255 characters of a margin, signs doubled."""
SHEET_LEAST, SHEET_MOST = 9, 60
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SHARE = re.compile(r"\d+\.\d%")


def put_facts(book: Any, report: Report, mark: str) -> None:
    """Add the first sheet: title, facts and notes."""
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    first = book.add_worksheet(report.title[:SHEET_NAME_MAX])
    first.write_string(0, 0, report.title, bold)
    if mark:
        _put_mark(first, mark)
        first.write_string(1, 0, mark)
    lines = [*report.facts, *(("", note) for note in report.notes)]
    for line, (label, value) in enumerate(lines, 2):
        first.write_string(line, 0, label)
        first.write_string(line, 1, value, wrapped)
    first.set_column(0, 0, 24)
    first.set_column(1, 1, 60)


class TableSheet:
    """One table as a sheet."""

    def __init__(self, book: Any, name: str, table: ReportTable, events: str) -> None:
        self._book, self._name, self._table, self._events = book, name, table, events
        self._sheet = book.add_worksheet(name)
        self._formats: dict[tuple[str, bool], Any] = {}

    def fill(self, mark: str) -> None:
        """Write headings, rows, the note, and charts beside them."""
        top, sheet, table = 1 if mark else 0, self._sheet, self._table
        if mark:
            _put_mark(sheet, mark)
            sheet.write_string(0, 0, mark)
            sheet.repeat_rows(0, top)
        heading = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for column, title in enumerate(table.columns):
            sheet.write_string(top, column, title, heading)
        rows = [*table.rows, *([table.total] if table.total else [])]
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                self._put(top + 1 + line, column, cell, line in table.alarms)
        for line, figure in enumerate(table.opens if self._events else ()):
            if figure:
                self._link(top + 1 + line, table.rows[line][1], figure)
        if table.note:
            sheet.write_string(top + len(rows) + 2, 0, table.note)
        for column, width in enumerate(_sheet_widths(table.columns, rows)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(top + 1, 0)
        self._draw(top)

    def _put(self, line: int, column: int, cell: Cell, alarm: bool) -> None:
        sheet = self._sheet
        if isinstance(cell, int):
            sheet.write_number(line, column, cell, self._format("#,##0", alarm))
        elif SHARE.fullmatch(cell):
            share = round(float(cell[:-1]) / 100, 4)
            sheet.write_number(line, column, share, self._format("0.0%", alarm))
        elif (day := _day(cell)) is not None:
            sheet.write_datetime(line, column, day, self._format("yyyy-mm-dd", alarm))
        elif (span := _span(cell)) is not None:
            sheet.write_datetime(line, column, span, self._format("[m]:ss", alarm))
        else:
            sheet.write_string(line, column, cell, self._format("", alarm))

    def _link(self, line: int, cell: Cell, figure: str) -> None:
        # the words stay in the file's list of words, where a count would tell how many differ
        self._sheet.write_url(line, 1, f"{self._events}/{figure}", string=figure)
        self._put(line, 1, cell, alarm=False)

    def _format(self, numbers: str, alarm: bool) -> Any:
        if (numbers, alarm) not in self._formats:
            looks: dict[str, Any] = {"num_format": numbers} if numbers else {"text_wrap": True}
            looks |= {"font_color": "#b00020", "bold": True} if alarm else {}
            self._formats[numbers, alarm] = self._book.add_format(looks | {"valign": "top"})
        return self._formats[numbers, alarm]

    def _draw(self, top: int) -> None:
        table = self._table
        first, last = top + 1, top + len(table.rows)
        if not table.charts or last <= first:
            return
        drawing = self._book.add_chart({"type": "column"})
        for column in table.charts:
            drawing.add_series(
                {
                    "name": table.columns[column],
                    "categories": [self._name, first, 0, last, 0],
                    "values": [self._name, first, column, last, column],
                }
            )
        drawing.set_title({"name": table.title})
        drawing.set_size({"width": 720, "height": 320})
        alt = {"description": table.title}
        self._sheet.insert_chart(top, len(table.columns) + 1, drawing, alt)


def _day(cell: str) -> date | None:
    if not DAY.fullmatch(cell):
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None  # a typed text that only looks like a day


def _span(cell: str) -> timedelta | None:
    minutes, _colon, seconds = cell.partition(":")
    if not TIME.fullmatch(cell) or int(seconds) > 59:
        return None
    return timedelta(minutes=int(minutes), seconds=int(seconds))


def _sheet_widths(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[int]:
    every = list(rows)
    return [
        min(
            SHEET_MOST,
            max(
                SHEET_LEAST,
                (width_of(title) + 1) // 2,
                *(width_of(written(row[at])) for row in every),
            )
            + 2,
        )
        for at, title in enumerate(columns)
    ]


def _put_mark(sheet: Any, mark: str) -> None:
    """Put the mark in the margins, where printing adds it to every page."""
    text = mark[:MARGIN_MAX].replace("&", "&&")
    sheet.set_header(f"&L&8{text}")
    sheet.set_footer(f"&L&8{text}&R&8&P/&N")
