"""The ward's answers in a workbook, read in a separate process, by the names of the columns."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from msgspec import Struct

from portal.domain.contacts.escalations.sheet_columns import (
    ANSWER,
    INSTRUCTION,
    INSTRUCTION_DAY,
    RECEIPT,
)
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.reader_process import read_apart
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded

MAX_BYTES = 2_000_000
READER = Path(__file__).with_name("sheet_reader.py")
PATIENCE = 20
HEADER_WITHIN = 10
"""The header is within the first ten rows: a ward may have put a heading above it."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row as the ward filled it in; ``line`` counts from 1, as in the spreadsheet."""

    line: int
    receipt_no: str
    text: str = field(repr=False)
    instruction_no: str = ""
    instruction_day: str = ""

    def as_values(self) -> dict[str, object]:
        """Return the row for sealing."""
        return asdict(self)


class AnswersFile(Struct, frozen=True):
    """The content of a file; ``digest`` recognizes the same file."""

    digest: bytes
    rows: Sequence[AnswerRow]


def read_answers(data: bytes) -> AnswersFile:
    """Read a workbook that the ward filled in, without rows that lack answer and instruction.

    Raises:
        InputError: it is not a workbook, too large, or lacks the columns of our sheet (code: the
            fault).
        BusyError: the machine has no capacity to read it now.
    """
    said = json.loads(read_apart(READER, data, seconds=PATIENCE) or b'{"refused": "kind"}')
    if "refused" in said:
        raise InputError(_refusal(said["refused"]), code=said["refused"])
    places, below = _header(
        [(int(line), [str(cell) for cell in cells]) for line, *cells in said["rows"]]
    )
    rows = []
    for line, cells in below:
        texts = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        row = AnswerRow(
            line,
            folded(texts[RECEIPT]).upper(),
            texts[ANSWER],
            texts.get(INSTRUCTION, ""),
            texts.get(INSTRUCTION_DAY, ""),
        )
        if row.text or row.instruction_no or row.instruction_day:
            rows.append(row)
    if not rows:
        raise InputError(_refusal("empty"), code="empty")
    return AnswersFile(hashlib.sha256(data).digest(), rows)


Line = tuple[int, list[str]]


def _header(rows: list[Line]) -> tuple[dict[str, int], list[Line]]:
    for number, (_line, cells) in enumerate(rows[:HEADER_WITHIN]):
        names = [folded(cell) for cell in cells]
        places = {
            name: names.index(name)
            for name in (RECEIPT, ANSWER, INSTRUCTION, INSTRUCTION_DAY)
            if name in names
        }
        if RECEIPT in places and ANSWER in places:
            return places, rows[number + 1 :]
    raise InputError(_refusal("columns"), code="columns")


def _refusal(code: str) -> str:
    return {
        "size": _s(
            "ファイルの中身が大きすぎます。送った表に書き込んで、そのまま返してもらってください。"
        ),
        "columns": _s(
            "「受付番号」と「区の回答」の列がありません。送った表に書き込んで、"
            "そのまま返してもらってください。"
        ),
        "empty": _s("答えが1件も書かれていません。「区の回答」の列を確かめてください。"),
    }.get(
        code, _s("Excel(.xlsx)として読めません。.xlsx で保存しなおして、もう一度選んでください。")
    )
