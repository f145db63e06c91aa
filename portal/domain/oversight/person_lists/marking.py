"""Marks that nobody sees: blanks at the ends of cells, and the order of neighboring rows.

A workbook that is saved as CSV, in UTF-8 or Shift_JIS, keeps the blanks, and so does each row that
is copied out of it. Which cells have one follows from a key of the list, from the row's first cell
and from the cell itself: not from its place, so that moved and dropped columns do no harm.

Whoever types rows off keeps no blank, but the order. Of each two neighbors the key says which one
stands first.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from portal.domain.oversight.reports.tables import Cell

MARK = " "
BLANKS = " \t\r\n\u3000\u00a0"
GAPS = re.compile(r"[\s\-‐–−,]+|\.0$")
NUMBER = re.compile(r"[\d,.¥\-+%]*")
"""Cells that a spreadsheet may take for numbers, whose blanks it would drop."""


def bare(cell: object) -> str:
    """Return the content of a cell as it is whatever a spreadsheet did to its width and blanks."""
    return unicodedata.normalize("NFKC", str(cell)).strip(BLANKS).removeprefix("'")


def typed(cell: object) -> str:
    """Return a cell as whoever types it off has it: no blanks, hyphens, commas, widths, cases."""
    return GAPS.sub("", unicodedata.normalize("NFKC", str(cell))).removeprefix("'").casefold()


def carries(cell: object) -> bool:
    """Return whether a cell can carry a mark: a text that is no number."""
    return isinstance(cell, str) and NUMBER.fullmatch(bare(cell)) is None


def is_marked(cell: str) -> bool:
    """Return whether a cell ends with a blank."""
    return cell[-1:] in BLANKS if cell else False


@dataclass(frozen=True, slots=True)
class Marker:
    """The marks of one list, which follow from a key that is made from its data key."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, data_key: bytes) -> Self:
        """Return the marker of the list with this data key."""
        return cls(hmac.digest(data_key, b"person_list: marks", "sha256"))

    def anchor(self, cell: object) -> str:
        """Return the keyed digest of a row's first cell; only this list has it."""
        return self._digest("anchor", bare(cell)).hex()[:16]

    def copied(self, cell: object) -> str:
        """Return the keyed digest of a cell, the same however it is typed off; "" if empty."""
        content = typed(cell)
        return self._digest("copied", content).hex()[:12] if content else ""

    def turned(self, rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
        """Return the rows, of each two neighbors in the order that the key says."""
        found = list(rows)
        for place in range(0, len(found) - 1, 2):
            if self._digest("turned", str(place))[0] & 1:
                found[place], found[place + 1] = found[place + 1], found[place]
        return found

    def bit(self, first: object, cell: object) -> bool:
        """Return whether a cell in the row that begins with ``first`` gets the mark."""
        return bool(self._digest("cell", bare(first), bare(cell))[0] & 1)

    def marked(self, rows: Iterable[Sequence[Cell]]) -> list[list[Cell]]:
        """Return the rows with the marks; the first cell of a row stays as it is."""
        return [[row[0], *(self._mark(row[0], cell) for cell in row[1:])] for row in rows]

    def _mark(self, first: Cell, cell: Cell) -> Cell:
        if isinstance(cell, str) and carries(cell):
            return cell.rstrip(BLANKS) + (MARK if self.bit(first, cell) else "")
        return cell

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self.key, "\0".join(parts).encode(), "sha256")
