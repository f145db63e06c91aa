"""Read the records of an extract in any of its formats.

Damaged rows are decoded field by field, so that damage affects only its own row.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from portal.domain.foundation.held_file import CameIn, size_of
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.files import csv_bytes
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.files.layout import FileKind, Layout
from portal.domain.mailroom.roster.files.workbook import read_sheet

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"
TRIAL_RECORDS = 100
JOINER = ","
UNIT_SEPARATOR = "\x1f"


class Record(NamedTuple):
    """One row of the extract.

    ``number`` counts from 1, ``line`` is the physical line; ``damaged`` are the positions of fields
    that could not be decoded.
    """

    number: int
    line: int
    fields: list[str]
    damaged: tuple[int, ...]
    text: str
    """All fields in one string with separators between them, for one search of their characters."""


class RosterReader:
    """Reads one file by one layout, any number of times.

    ``positions`` and ``sha256`` are known after a reading. Memory is bounded by one block and one
    record, except for xlsx, whose sheet is unpacked as a whole.
    """

    def __init__(
        self, path: CameIn, layout: Layout, progress: Callable[[int], None] | None = None
    ) -> None:
        self.path = path
        self.layout = layout
        self.progress = progress
        self.width = len(layout.columns)
        self.positions = {
            column.field: i for i, column in enumerate(layout.columns) if column.field
        }
        self.extra_columns: tuple[str, ...] = ()
        self.sha256 = ""

    @property
    def size(self) -> int:
        """The file's size in bytes. Raises RosterFileError if it is missing."""
        try:
            return size_of(self.path)
        except OSError as error:
            raise csv_bytes.cannot_read(self.path, error) from error

    def records(self) -> Iterator[Record]:
        """Yield the records in file order.

        Raises RosterFileError if the whole file must be refused.
        """
        self._check_start()
        digest = hashlib.sha256()
        if self.layout.kind is FileKind.XLSX:
            self._hash_file(digest)
            yield from self._workbook()
        else:
            lines = csv_bytes.read_lines(self.path, digest, self.progress)
            yield from self._csv(lines) if self.layout.kind is FileKind.CSV else self._fixed(lines)
        self.sha256 = digest.hexdigest()

    def _check_start(self) -> None:
        try:
            with self.path.open("rb") as file:
                start = file.read(8)
        except OSError as error:
            raise csv_bytes.cannot_read(self.path, error) from error
        if not start.strip(csv_bytes.END_OF_FILE):
            raise RosterFileError(_s("ファイルが空です。抽出データを受け取り直してください。"))
        if start.startswith(OLD_EXCEL_MARK):
            raise RosterFileError(
                _s("古い形式の Excel(.xls)です。.xlsx か CSV で出し直してもらってください。")
            )
        if self.layout.kind is FileKind.XLSX:
            return
        if start.startswith(ZIP_MARK):
            raise RosterFileError(
                _s('Excel か ZIP のファイルです。kind = "xlsx" のレイアウトを使ってください。')
            )
        if start.startswith(UTF16_MARKS):
            raise RosterFileError(
                _s("UTF-16 のファイルです。レイアウトの文字コードで出し直してもらってください。")
            )
        if start.startswith(UTF8_MARK) and self.layout.encoding != "utf-8":
            raise RosterFileError(
                _s(
                    "UTF-8 のファイルですが、レイアウトは %(encoding)s です。"
                    "レイアウトの encoding を確かめてください。"
                )
                % {"encoding": self.layout.encoding}
            )

    def _hash_file(self, digest: csv_bytes.Digest) -> None:
        with self.path.open("rb") as file:
            while block := file.read(csv_bytes.BLOCK_BYTES):
                digest.update(block)
                if self.progress is not None:
                    self.progress(len(block))

    def _take_header(self, names: list[str], line: int) -> None:
        found = [name.strip() for name in names]
        missing = [column.header for column in self.layout.columns if column.header not in found]
        if missing:
            raise RosterFileError(
                _s(
                    "%(line)d行目の見出しに、次の列がありません: %(columns)s。"
                    "レイアウトとファイルを確かめてください。"
                )
                % {"line": line, "columns": " / ".join(missing)},
                line=line,
            )
        twice = sorted({name for name in found if name and found.count(name) > 1})
        if twice:
            raise RosterFileError(
                _s(
                    "%(line)d行目の見出しに、同じ列が二度あります: %(columns)s。"
                    "ファイルを確かめてください。"
                )
                % {"line": line, "columns": " / ".join(twice)},
                line=line,
            )
        self.width = len(found)
        self.positions = {c.field: found.index(c.header) for c in self.layout.columns if c.field}
        known = {column.header for column in self.layout.columns}
        self.extra_columns = tuple(name for name in found if name not in known)

    def _csv(self, lines: Iterator[bytes]) -> Iterator[Record]:
        number, line, trial = 0, 0, _Trial(self.layout, self.width)
        header = self.layout.header
        for raw in lines:
            line += 1
            content = raw[len(UTF8_MARK) :] if line == 1 and raw.startswith(UTF8_MARK) else raw
            if not content.strip(b"\r\n\x1a"):
                continue
            text = None if header else self._whole_line(content)
            if text is not None:
                number += 1
                decoded = text.split(self.layout.separator)
                trial.see(len(decoded) == self.width)
                yield Record(number, line, decoded, (), text)
                continue
            fields, taken = self._split(content, line, lines)
            decoded, damaged = _decode(fields, self.layout.encoding)
            if header:
                if damaged:
                    raise _unreadable_header(line, self.layout.encoding)
                self._take_header(decoded, line)
                header, trial = False, _Trial(self.layout, self.width)
            else:
                number += 1
                trial.see(len(decoded) == self.width)
                yield Record(number, line, decoded, damaged, JOINER.join(decoded))
            line += taken
        if header:
            raise RosterFileError(_s("ファイルが空です。抽出データを受け取り直してください。"))
        trial.end()

    def _whole_line(self, content: bytes) -> str | None:
        """Decode a row without quotes and damage at once, as nearly every row is.

        Returns None for a row that must be read field by field.
        """
        if b'"' in content or len(content) > csv_bytes.MAX_FIELD_BYTES:
            return None
        try:
            return content.rstrip(b"\r\n").decode(self.layout.encoding)
        except UnicodeDecodeError:
            return None

    def _split(self, content: bytes, line: int, more: Iterator[bytes]) -> tuple[list[bytes], int]:
        """Return the fields of a row, and how many further lines it took from ``more``."""
        separator = self.layout.separator.encode()
        if b'"' in content:
            fields, taken = csv_bytes.quoted(content, separator, line, more)
        else:
            fields, taken = csv_bytes.unquoted(content, separator), 0
        csv_bytes.check_field_sizes(fields, line)
        return fields, taken

    def _fixed(self, lines: Iterator[bytes]) -> Iterator[Record]:
        cuts, start = [], 0
        for column in self.layout.columns:
            cuts.append(slice(start, start + column.width))
            start += column.width
        width, number, trial = self.layout.record_width, 0, _Trial(self.layout, self.width)
        header = self.layout.header
        for line, raw in enumerate(lines, 1):
            content = raw.rstrip(b"\r\n")
            if line == 1 and content.startswith(UTF8_MARK):
                content = content[len(UTF8_MARK) :]
            if not content.strip(b"\x1a"):
                continue
            if header:
                header = False
                continue
            whole = len(content) == width
            pieces = [content[cut] for cut in cuts]
            if not whole:
                # a record of another length gets one field too many, which no layout accepts
                pieces.append(b"?")
            decoded, damaged = _decode_record(pieces, self.layout.encoding)
            fields = [field.rstrip(" ") for field in decoded]
            number += 1
            trial.see(whole)
            yield Record(number, line, fields, damaged, JOINER.join(fields))
        trial.end()

    def _workbook(self) -> Iterator[Record]:
        header, number, trial = self.layout.header, 0, _Trial(self.layout, self.width)
        for line, cells in read_sheet(self.path, self.layout.sheet):
            if not any(cells):
                continue
            if header:
                while cells and not cells[-1].strip():
                    cells.pop()
                self._take_header(cells, line)
                header, trial = False, _Trial(self.layout, self.width)
                continue
            # empty cells at the end of a row may be missing
            fields = cells[: self.width] if not any(cells[self.width :]) else cells
            fields += [""] * (self.width - len(fields))
            number += 1
            trial.see(len(fields) == self.width)
            yield Record(number, line, fields, (), JOINER.join(fields))
        if header:
            raise RosterFileError(_s("シートが空です。抽出データを受け取り直してください。"))
        trial.end()


class _Trial:
    """Refuses a file none of whose first rows matches the layout."""

    def __init__(self, layout: Layout, width: int) -> None:
        self._expected = layout.record_width if layout.kind is FileKind.FIXED else width
        self._fixed = layout.kind is FileKind.FIXED
        self._misfits: int | None = 0

    def see(self, fits: bool) -> None:
        if self._misfits is None:
            return
        if fits:
            self._misfits = None
            return
        self._misfits += 1
        if self._misfits == TRIAL_RECORDS:
            self.end()

    def end(self) -> None:
        if not self._misfits:
            return
        sentence = (
            _s(
                "どの行もレイアウトの長さ(%(expected)dバイト)と違います。"
                "レイアウトとファイルの組み合わせを確かめてください。"
            )
            if self._fixed
            else _s(
                "どの行も列の数がレイアウト(%(expected)d列)と違います。"
                "レイアウトとファイルの組み合わせを確かめてください。"
            )
        )
        raise RosterFileError(sentence % {"expected": self._expected}, line=1)


def _decode(fields: list[bytes], encoding: str) -> tuple[list[str], tuple[int, ...]]:
    decoded: list[str] = []
    damaged: list[int] = []
    for position, field in enumerate(fields):
        try:
            decoded.append(field.decode(encoding))
        except UnicodeDecodeError:
            decoded.append(field.decode(encoding, "replace"))
            damaged.append(position)
    return decoded, tuple(damaged)


def _decode_record(pieces: list[bytes], encoding: str) -> tuple[list[str], tuple[int, ...]]:
    """Decode all pieces at once if none is damaged; half a character cannot hide a separator."""
    try:
        decoded = UNIT_SEPARATOR.encode().join(pieces).decode(encoding).split(UNIT_SEPARATOR)
    except UnicodeDecodeError:
        return _decode(pieces, encoding)
    return (decoded, ()) if len(decoded) == len(pieces) else _decode(pieces, encoding)


def _unreadable_header(line: int, encoding: str) -> RosterFileError:
    return RosterFileError(
        _s(
            "%(line)d行目の見出しが %(encoding)s として読めません。レイアウトの encoding "
            "を確かめてください。"
        )
        % {"line": line, "encoding": encoding},
        line=line,
    )
