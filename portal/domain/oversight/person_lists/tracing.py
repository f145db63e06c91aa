"""Tell from a leaked file, a table saved again, or some of its rows, which list they are from.

What is certain is said to be certain, and what cannot be told is said, too. Rows that somebody
typed off have no marks. Then it counts which lists hold them as they were typed, for a row that
changed since is another one, and whether they stand in the order of the list (``copying``). A
screen could have shown them all the same.
"""

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import select

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.person_lists.contents import WHOLE_WARD
from portal.domain.oversight.person_lists.copying import compare
from portal.domain.oversight.person_lists.marking import Marker, carries, is_marked
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.sealed import Marks, marks_of

MAX_BYTES = 20_000_000
MAX_ROWS = 2 * WHOLE_WARD
PAIRS = 10
"""Of so many neighbors all stand in a list's own order by chance once in a thousand."""
CERTAIN = 6.0
"""How many standard deviations the marks must agree more often than chance: one in a billion."""
WORKBOOK = b"PK\x03\x04"
Table = Sequence[Sequence[str]]


class Told(Labeled):
    """How it is known that something is from a list."""

    FILE = "file", lambda: _s("ファイルそのものです")
    MARKS = "marks", lambda: _s("目に見えない印が合います")
    ORDER = (
        "order",
        lambda: _s(
            "目に見えない印はありませんが、同じ行が、この一覧だけの並びです。"
            "打ち写したもののようですが、確かとは言えません"
        ),
    )
    SOLE = (
        "sole",
        lambda: _s(
            "目に見えない印はありませんが、そのままの行がそろうのは、この一覧だけです。"
            "画面から写したものかもしれません"
        ),
    )
    ROWS = (
        "rows",
        lambda: _s(
            "同じ行がありますが、印からは言えません。ほかの一覧や画面から写したものかもしれません"
        ),
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """What is found of one list: how it is known, and the figures behind it.

    Attributes:
        row: The list.
        told: How it is known.
        found: How many rows of the file are rows of the list.
        agreeing: In how many cells the marks are as they must be.
        cells: In how many cells there could be a mark; chance makes half of them agree.
        copied: How many rows of the file are rows of the list with every cell as it is there.
        pairs: How many neighbors are among these whose order the list's key says.
        in_order: How many of them stand in that order; chance makes half of them.
    """

    row: PersonList
    told: Told
    found: int = 0
    agreeing: int = 0
    cells: int = 0
    copied: int = 0
    pairs: int = 0
    in_order: int = 0

    @property
    def is_certain(self) -> bool:
        """Whether nothing but this list can be the origin."""
        return self.told in {Told.FILE, Told.MARKS}


def trace(work: Work, data: bytes) -> list[Trace]:
    """Return the lists that a file is from, those that are certain first.

    Raises:
        InputError: it is too large, or no workbook and no text.
    """
    if len(data) > MAX_BYTES:
        raise InputError(_s("ファイルが大きすぎます。"))
    lists = work.session.scalars(
        select(PersonList).where(PersonList.marks.is_not(None)).order_by(PersonList.id)
    ).all()
    kept = {row.id: marks_of(work.vault, row) for row in lists}
    digest = hashlib.sha256(data).hexdigest()
    whole = [row for row in lists if digest in {row.sha256, kept[row.id].plain_sha256}]
    if whole:
        return [Trace(row, Told.FILE, row.rows or 0) for row in whole]
    table = list(_rows(data))
    found = [_compared(work, row, kept[row.id], table) for row in lists]
    some = _without_marks([one for one in found if one.found or one.copied])
    ranked = sorted(some, key=lambda one: (-one.copied, -one.agreeing))
    return sorted(ranked, key=lambda one: list(Told).index(one.told))


def _without_marks(found: Sequence[Trace]) -> list[Trace]:
    """Say of lists whose marks do not tell what their rows and the order of these tell."""
    most = max((one.copied for one in found), default=0)
    whole = [one for one in found if one.copied == most > 0]
    return [replace(one, told=_told(one, whole)) for one in found]


def _told(one: Trace, whole: Sequence[Trace]) -> Told:
    if one.told is not Told.ROWS or one not in whole:
        return one.told
    if one.pairs >= PAIRS and one.in_order == one.pairs:
        return Told.ORDER
    return Told.SOLE if len(whole) == 1 else Told.ROWS


def _compared(work: Work, row: PersonList, kept: Marks, table: Table) -> Trace:
    marker = Marker.of(work.vault.unwrap(row.wrapped_key))
    known: dict[str, str] = {}
    found = agreeing = cells = 0
    for line in table:
        first = _first(line, kept, marker, known)
        if first is None:
            continue
        found += 1
        for cell in line:
            if cell != first and carries(cell):
                cells += 1
                agreeing += marker.bit(first, cell) == is_marked(cell)
    told = Told.MARKS if _is_certain(agreeing, cells) else Told.ROWS
    copied = compare(marker, kept.rows, table)
    return Trace(row, told, found, agreeing, cells, copied.rows, copied.pairs, copied.in_order)


def _first(line: Sequence[str], kept: Marks, marker: Marker, known: dict[str, str]) -> str | None:
    """Return the cell by which the list knows a row, wherever it stands; None for other rows."""
    for cell in line:
        if cell:
            if cell not in known:
                known[cell] = marker.anchor(cell)
            if known[cell] in kept.anchors:
                return cell
    return None


def _is_certain(agreeing: int, cells: int) -> bool:
    return cells > 0 and (2 * agreeing - cells) / math.sqrt(cells) >= CERTAIN


def _rows(data: bytes) -> Iterator[Sequence[str]]:
    for number, row in enumerate(_cells(data)):
        if number >= MAX_ROWS:
            raise InputError(_s("行が多すぎます。"))
        yield row


def _cells(data: bytes) -> Iterable[Sequence[str]]:
    if data.startswith(WORKBOOK):
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        except CalamineError:
            raise InputError(_s("ファイルを読めません。")) from None
        return [[str(cell) for cell in row] for sheet in sheets for row in sheet]
    text = _text(data)
    mark = max(",\t;", key=text.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=mark)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        _s(
            "表でもテキストでもないファイルです。暗号化したファイルなら、届いたときのままのものを"
            "指定してください。"
        )
    )
