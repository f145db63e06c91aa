"""Parsing a counts file into rows by half hour; a file with any fault is refused as a whole."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from portal.domain.contacts.telephony.layouts import CountsLayout
from portal.domain.contacts.telephony.row_reader import CountRow, Days, RowReader
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

MAX_BYTES = 4_000_000
MAX_ROWS = 50_000
SHOWN = 20
"""How many faults are listed; the rest is counted."""
NOT_TEXT = (b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class CountsFileError(InputError):
    """The file is refused and nothing is stored; ``problems`` has a sentence per fault."""

    code = "counts_file"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems[:SHOWN])
        more = len(problems) - SHOWN
        if more > 0:
            self.problems += (_s("ほかに%(n)s件のまちがいがあります。") % {"n": f"{more:,}"},)
        super().__init__(
            _s("ファイルを取り込めません。") + "".join(f"\n{problem}" for problem in self.problems)
        )


class CountsFile(Struct, frozen=True):
    """A file of the telephone system, and the layout in which it is written."""

    data: bytes
    layout: CountsLayout


def read_counts(file: CountsFile, days: Days) -> list[CountRow]:
    """Return the file's rows; one of a day that is not in ``days`` is a fault.

    Raises:
        CountsFileError: it is not a CSV of this layout, or a row is invalid.
    """
    problems: list[str] = []
    reader = RowReader(file.layout, days, problems)
    rows: list[CountRow] = []
    lines: dict[tuple[date, int, str, str], int] = {}
    for number, cells in _cells(_text(file.data, file.layout), file.layout):
        if len(lines) + len(problems) >= MAX_ROWS:
            raise CountsFileError([_s("行が多すぎます。1か月ずつに分けてください。")])
        row = reader.row(number, cells)
        if row is None:
            continue
        if (earlier := lines.setdefault(row.place, number)) != number:
            problems.append(
                _s(
                    "%(line)d行目: %(earlier)d行目と同じ日、時間帯、回線です。"
                    "どちらかを消してください。"
                )
                % {"line": number, "earlier": earlier}
            )
        rows.append(row)
    if problems:
        raise CountsFileError(problems)
    if not rows:
        raise CountsFileError([_s("数字の行がありません。ファイルを確かめてください。")])
    return rows


def _text(data: bytes, layout: CountsLayout) -> str:
    if data.startswith(NOT_TEXT):
        raise CountsFileError(
            [_s("CSV ではありません。電話のシステムから CSV で出し直してください。")]
        )
    encodings = ("utf-8-sig", "cp932") if layout.encoding == "auto" else (layout.encoding,)
    for encoding in encodings:
        try:
            text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.rstrip("\x1a")
    raise CountsFileError(
        [_s("文字コードが UTF-8 でも Shift_JIS でもありません。CSV で出し直してください。")]
    )


def _cells(text: str, layout: CountsLayout) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each row's line number and its texts by field.

    The header must have all known columns and no others.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    positions: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if positions is None:
                positions = _header(cells, layout)
                continue
            if len(cells) != len(positions):
                raise CountsFileError(
                    [
                        _s(
                            "%(line)d行目: 列の数が見出しと違います（%(found)d列。"
                            "見出しは%(wanted)d列）。"
                        )
                        % {"line": reader.line_num, "found": len(cells), "wanted": len(positions)}
                    ]
                )
            yield (
                reader.line_num,
                {
                    field: cell.strip()
                    for field, cell in zip(positions, cells, strict=True)
                    if field
                },
            )
    except csv.Error:
        raise CountsFileError(
            [_s('%(line)d行目: 引用符(")が正しく閉じていません。') % {"line": reader.line_num}]
        ) from None
    if positions is None:
        raise CountsFileError([_s("ファイルが空です。電話のシステムから出し直してください。")])


def _header(cells: list[str], layout: CountsLayout) -> list[str]:
    headers = [cell.strip() for cell in cells]
    problems = [
        _s("1行目: 列「%(name)s」がありません。レイアウトを確かめてください。") % {"name": header}
        for header in layout.columns
        if header not in headers
    ]
    problems += [
        _s(
            "1行目: 知らない列「%(name)s」があります。レイアウトの [columns] か ignored "
            "に書いてください。"
        )
        % {"name": header}
        for header in headers
        if header not in layout.columns and header not in layout.ignored
    ]
    problems += [
        _s("1行目: 列「%(name)s」が二度あります。") % {"name": header}
        for header in sorted({header for header in headers if headers.count(header) > 1})
    ]
    if problems:
        raise CountsFileError(problems)
    return [layout.columns.get(header, "") for header in headers]
