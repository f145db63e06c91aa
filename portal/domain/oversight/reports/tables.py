"""A report as data: a heading, facts and tables, the same for PDF and xlsx."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.domain.foundation.texts import _s

TIME = re.compile(r"\d+:\d{2}")
Cell = str | int
"""A text, or a whole number (children, yen) that both outputs format with thousands separators."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; ``total`` is its last row, set apart, and ``wide`` its widest column on paper.

    ``note`` is a sentence below it: why sums differ, or why a figure is not known. ``alarms`` are
    the places of rows that stand red. ``opens`` names for each row the figure whose events its
    first number opens, "" where it opens none. ``charts`` are the columns that are drawn as bars.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    empty: str = ""
    wide: int | None = None
    note: str = ""
    alarms: Sequence[int] = ()
    opens: Sequence[str] = ()
    charts: Sequence[int] = ()

    @property
    def figures(self) -> list[bool]:
        """For each column, whether it is set in figures.

        Such a column has numbers or shares, and besides them only times, blanks and "–".
        """
        every = [*self.rows, *([self.total] if self.total else [])]
        return [_is_figure([row[at] for row in every]) for at in range(len(self.columns))]


def _is_figure(cells: Sequence[Cell]) -> bool:
    return any(isinstance(cell, int) or cell.endswith("%") for cell in cells) and all(
        isinstance(cell, int) or cell in {"", "–"} or cell.endswith("%") or TIME.fullmatch(cell)
        for cell in cells
    )


def written(cell: Cell) -> str:
    """Return a cell as people read it, numbers with thousands separators."""
    return f"{cell:,}" if isinstance(cell, int) else cell


def width_of(text: str) -> int:
    """Return the width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


@dataclass(frozen=True, slots=True)
class Report:
    """A report to the ward; ``facts`` are label and value, ``notes`` are sentences below.

    ``cover``: the facts are those of a cover, set apart from what follows on the page.
    """

    title: str
    addressee: str
    sender: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[ReportTable]
    notes: Sequence[str] = field(default=())
    cover: bool = False


def typed_section(title: str, text: str, *, elsewhere: bool = False) -> ReportTable:
    """Return a section that people typed, one row per line.

    ``elsewhere``: other tables of the report have such matters, so that an empty section cannot
    say that there was nothing.
    """
    rows = [(line,) for line in text.splitlines() if line.strip()]
    empty = (
        _s("ここには書いていません。この月の事故と止まった時間は、下の表にあります。")
        if elsewhere
        else _s("特にありません。")
    )
    return ReportTable(title, (_s("内容"),), rows, empty=empty)
