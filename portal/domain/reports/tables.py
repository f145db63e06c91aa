"""A report as data: a heading, facts and tables, the same for PDF and xlsx."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int
"""A text, or a whole number (children, yen) that both outputs write with thousands separators."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; ``total`` is its last line, set apart. ``wide``: the column that takes the room on paper."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    empty: str = ""
    wide: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report to the ward; ``facts`` are label and value, ``notes`` sentences under the tables.

    ``cover``: title and facts stand on a page of their own.
    """

    title: str
    addressee: str
    sender: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[ReportTable]
    notes: Sequence[str] = field(default=())
    cover: bool = False
