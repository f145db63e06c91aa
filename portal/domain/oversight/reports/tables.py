"""A report as data: a heading, facts and tables, the same for PDF and xlsx."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.domain.foundation.texts import _s

TIME = re.compile(r"\d+:\d{2}")
Cell = str | int
"""A text, or a whole number (children, yen) that both outputs format with thousands separators."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; ``total`` is its last row, set apart, and ``wide`` its widest column on paper."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    empty: str = ""
    wide: int | None = None

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


@dataclass(frozen=True, slots=True)
class Report:
    """A report to the ward; ``facts`` are label and value, ``notes`` are sentences below.

    ``cover``: title and facts get a page of their own.
    """

    title: str
    addressee: str
    sender: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[ReportTable]
    notes: Sequence[str] = field(default=())
    cover: bool = False


def typed_section(title: str, text: str) -> ReportTable:
    """Return a section that people typed, one row per line."""
    rows = [(line,) for line in text.splitlines() if line.strip()]
    return ReportTable(title, (_s("内容"),), rows, empty=_s("特にありません。"))
