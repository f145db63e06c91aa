"""The ward's own checklist as a file (clause 12(9)): read as it comes, written back with answers.

A workbook is read in a separate process (decision 0007); a CSV file in UTF-8 or CP932.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence

from msgspec import Struct

from portal.domain.contacts.escalations.answers_file import MAX_BYTES, READER
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.reader_process import read_apart
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded

PATIENCE = 20
HEADER_WITHIN = 10
"""The header is within the first ten rows: a ward may have put a heading above it."""
NUMBER_MAX, QUESTION_MAX, QUESTIONS_MAX, FAULTS_SHOWN = 20, 1_000, 500, 8
NUMBERS = ("番号", "NO", "NO.", "№", "項番", "項目番号", "設問番号")
QUESTIONS = ("質問", "設問", "項目", "確認事項", "チェック項目", "確認項目", "質問事項", "内容")
XLSX = b"PK"
Line = tuple[int, Sequence[str]]


class AskedRow(Struct, frozen=True):
    """One question of the ward; ``cells`` is its whole row, ``line`` counts from 1."""

    line: int
    number: str
    question: str
    cells: tuple[str, ...]


class AskedFile(Struct, frozen=True):
    """The content of a file: the names of its columns, its rows, and its SHA-256."""

    sha256: str
    columns: tuple[str, ...]
    rows: Sequence[AskedRow]


def read_asked(data: bytes) -> AskedFile:
    """Read the checklist that the ward handed over.

    Raises:
        InputError: it is neither workbook nor CSV, is too large, has no columns for number and
            question, or rows that cannot be asked: each is named with its line.
        BusyError: the machine has no capacity to read it now.
    """
    lines = _of_workbook(data) if data.startswith(XLSX) else _of_csv(data)
    columns, number_at, question_at, below = _header(lines)
    rows = [
        AskedRow(
            line,
            folded(_cell(cells, number_at)),
            _cell(cells, question_at),
            tuple(_cell(cells, at) for at in range(len(columns))),
        )
        for line, cells in below
        if any(cell.strip() for cell in cells)
    ]
    if faults := list(_faults(rows)):
        raise InputError("\n".join(faults[:FAULTS_SHOWN]), code="file")
    return AskedFile(hashlib.sha256(data).hexdigest(), columns, rows)


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _of_workbook(data: bytes) -> list[Line]:
    said = json.loads(read_apart(READER, data, seconds=PATIENCE) or b'{"refused": "kind"}')
    if said.get("refused") == "size":
        raise InputError(
            _s("ファイルの中身が大きすぎます。番号と質問の表だけにしてください。"), code="file"
        )
    if "refused" in said:
        raise InputError(
            _s("Excel(.xlsx)として読めません。.xlsx で保存しなおして、もう一度選んでください。"),
            code="file",
        )
    return [(int(line), [str(cell) for cell in cells]) for line, *cells in said["rows"]]


def _of_csv(data: bytes) -> list[Line]:
    if len(data) > MAX_BYTES or b"\0" in data:
        raise _unreadable()
    try:
        text = _decoded(data)
        return list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1))
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable() from None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _unreadable() -> InputError:
    return InputError(
        _s("CSVとして読めません。文字コードを UTF-8 か Shift_JIS にして、保存しなおしてください。"),
        code="file",
    )


def _header(lines: Sequence[Line]) -> tuple[tuple[str, ...], int, int, Sequence[Line]]:
    for at, (_line, cells) in enumerate(lines[:HEADER_WITHIN]):
        names = [folded(cell).upper() for cell in cells]
        number = next((names.index(one) for one in NUMBERS if one in names), None)
        question = next((names.index(one) for one in QUESTIONS if one in names), None)
        if number is not None and question is not None:
            return tuple(cell.strip() for cell in cells), number, question, lines[at + 1 :]
    raise InputError(
        _s("番号と質問の列が見つかりません。見出しを「番号」と「質問」にしてください。"),
        code="file",
    )


def _faults(rows: Sequence[AskedRow]) -> Iterator[str]:
    if not rows:
        yield _s("質問が1件もありません。")
    if len(rows) > QUESTIONS_MAX:
        yield _s("質問は%(most)d件までです。") % {"most": QUESTIONS_MAX}
    first: dict[str, int] = {}
    for row in rows:
        at = {"line": row.line}
        if not row.number:
            yield _s("%(line)d行目: 番号がありません。") % at
        elif len(row.number) > NUMBER_MAX:
            yield _s("%(line)d行目: 番号は%(most)d文字までです。") % {**at, "most": NUMBER_MAX}
        elif row.number in first:
            yield _s("%(line)d行目: 番号が%(first)d行目と同じです。") % {
                **at,
                "first": first[row.number],
            }
        first.setdefault(row.number, row.line)
        if not row.question:
            yield _s("%(line)d行目: 質問がありません。") % at
        elif len(row.question) > QUESTION_MAX:
            yield _s("%(line)d行目: 質問は%(most)d文字までです。") % {**at, "most": QUESTION_MAX}
