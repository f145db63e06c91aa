"""Rectangles that are made black on a scan, as a form keeps them.

A place is in thousandths of the page's width, down as well as across, so that nobody needs to know
the height of a page. The grid that is drawn over a page has 20 cells across, A to T, and names the
rows from 1.
"""

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

CELL = 50
LETTERS = "ABCDEFGHIJKLMNOPQRST"
MOST = 60
LOWEST = 5_000
"""No page is more than five times as high as it is wide."""
_CELLS = re.compile(r"([A-T])([0-9]{1,2})(?:[-~〜ー–]?([A-T])([0-9]{1,2}))?")


class Mark(Struct, frozen=True, order=True):
    """One rectangle on a page (from 1)."""

    page: int
    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        """Write it as the reader of foreign files takes it."""
        return f"{self.page}:{self.left}:{self.top}:{self.right}:{self.bottom}"


def between(page: int, one: tuple[int, int], other: tuple[int, int]) -> Mark:
    """Return the rectangle between two corners, whichever they are."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return Mark(page, left, top, max(right, left + 1), max(bottom, top + 1))


def written(marks: Iterable[Mark]) -> str:
    """Write marks for a form and for the reader of foreign files."""
    return ";".join(str(mark) for mark in marks)


def read_marks(typed: str, pages: int) -> tuple[Mark, ...]:
    """Read what a form kept.

    Raises:
        InputError: it is no list of rectangles on these pages.
    """
    found = []
    for part in typed.split(";") if typed else ():
        numbers = part.split(":")
        if len(numbers) != 5 or not all(re.fullmatch("[0-9]{1,4}", one) for one in numbers):
            raise _unreadable()
        mark = Mark(*(int(one) for one in numbers))
        inside = mark.left < mark.right <= 1_000 and mark.top < mark.bottom <= LOWEST
        if not 0 < mark.page <= pages or not inside:
            raise _unreadable()
        found.append(mark)
    if len(found) > MOST:
        raise _unreadable()
    return tuple(found)


def of_cells(typed: str, page: int) -> Mark:
    """Read cells of the grid: ``B3`` or ``B3-F4``, however they were typed.

    Raises:
        InputError: it names no cells.
    """
    found = _CELLS.fullmatch("".join(unicodedata.normalize("NFKC", typed).upper().split()))
    rows = (int(found[2]), int(found[4] or found[2])) if found else (0, 0)
    if found is None or min(rows) < 1:
        raise InputError(_s("マス目を、B3 か B3-F4 のように入力してください。"), code="cells")
    columns = LETTERS.index(found[1]), LETTERS.index(found[3] or found[1])
    return Mark(
        page,
        min(columns) * CELL,
        (min(rows) - 1) * CELL,
        (max(columns) + 1) * CELL,
        max(rows) * CELL,
    )


def _unreadable() -> InputError:
    return InputError(
        _s("黒く塗るところを読めません。書類を、もう一度選んでください。"), code="marks"
    )
