"""Read the post's status files, which have one event per row.

A row that cannot be read refuses itself and is named with its line; the others are read. A file
that is no such file, was cut, or has more rows that cannot be read than others, is refused whole.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Protocol

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import without_separators

ENCODINGS = ("utf-8-sig", "cp932")
NUMBER, DAY, WORD, DETAIL, OFFICE = "お問い合わせ番号", "状態発生日", "配送履歴", "詳細", "取扱局"
NEEDED = (NUMBER, DAY, WORD)
SHOWN_FAULTS = 20
DAY_AND_TIME = re.compile(
    r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?\s*(?:(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
LENGTHS = (11, 12)


class PostEvent(Struct, frozen=True):
    """One event as the post wrote it; ``tracking_no`` are its digits."""

    tracking_no: str
    on: date
    at: time | None
    word: str
    detail: str
    office: str

    @property
    def fingerprint(self) -> str:
        """The digest by which the same event is recognized in another file."""
        parts = (
            self.tracking_no,
            self.on.isoformat(),
            self.at.isoformat() if self.at else "",
            self.word,
            self.office,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class LineFault(Labeled):
    """Why a row of the file was refused; stored, and given back to who sent the file."""

    NUMBER = "number", lambda: _s("お問い合わせ番号は11桁か12桁の数字です。")
    CHECK_DIGIT = "check_digit", lambda: _s("お問い合わせ番号に、まちがいがあります。")
    NO_WORD = "no_word", lambda: _s("配送履歴が空です。")
    NO_DAY = "no_day", lambda: _s("状態発生日を、2023/07/12 10:05 のように書いてください。")
    WRONG_DAY = "wrong_day", lambda: _s("状態発生日に、ない日付があります。")
    FUTURE = "future", lambda: _s("状態発生日が、未来の日付です。")


class RefusedLine(Struct, frozen=True):
    """A row that was refused: the number of its line in the file, and why."""

    line: int
    fault: LineFault

    @property
    def sentence(self) -> str:
        """Line and reason as people read them."""
        return _s("%(line)d行目: %(sentence)s") % {
            "line": self.line,
            "sentence": self.fault.label,
        }


class Reading(Struct, frozen=True):
    """What was read of a file: its events, and the rows that refused themselves."""

    events: Sequence[PostEvent]
    refused: Sequence[RefusedLine] = ()

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.events) + len(self.refused)


class _FaultyRowError(Exception):
    def __init__(self, fault: LineFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Feed(Protocol):
    """A source of events: a file, or in future an electronic feed of the post.

    Web pages are never read.
    """

    name: str
    file_name: str

    def read(self, today: date) -> Reading:
        """Return what was read on a JST day. Raises InputError if the source is refused whole."""
        ...

    def digest(self) -> str:
        """Return the digest that identifies this delivery."""
        ...


class CsvFeed:
    """A CSV with a header line, in UTF-8 or Shift_JIS."""

    name = "csv"

    def __init__(self, data: bytes, file_name: str = "tracking.csv") -> None:
        self._data = data
        self.file_name = file_name

    def digest(self) -> str:
        """Return the file's SHA-256."""
        return hashlib.sha256(self._data).hexdigest()

    def read(self, today: date) -> Reading:
        """Return the events of the file, and the rows that cannot be read or lie after ``today``.

        Raises:
            InputError: no CSV, a needed column is missing, the file ends within a row, or it has
                more rows that cannot be read than others.
        """
        rows = self._rows()
        header = [cell.strip() for cell in next(rows, (0, []))[1]]
        missing = [name for name in NEEDED if header.count(name) != 1]
        if missing:
            raise InputError(
                _s("郵便のファイルの見出しに、列 %(names)s がちょうど1つずつ必要です。")
                % {"names": ", ".join(missing)},
                code="tracking_file",
            )
        places = {name: header.index(name) for name in (*NEEDED, DETAIL, OFFICE) if name in header}
        events: list[PostEvent] = []
        refused: list[RefusedLine] = []
        last = 0
        for line, cells in rows:
            last = line
            try:
                events.append(_event(cells, places, today))
            except _FaultyRowError as faulty:
                refused.append(RefusedLine(line, faulty.fault))
        self._refuse_whole(events, refused, last)
        return Reading(events, refused)

    def _refuse_whole(
        self, events: Sequence[PostEvent], refused: Sequence[RefusedLine], last: int
    ) -> None:
        """Refuse a file that was cut, or is another one than it should be. Raises InputError."""
        was_cut = bool(refused) and refused[-1].line == last and not self._data.endswith(b"\n")
        if not was_cut and len(refused) <= len(events):
            return
        shown = "".join(f"\n- {one.sentence}" for one in refused[:SHOWN_FAULTS])
        sentence = (
            _s("郵便のファイルが、行の途中で終わっています。何も変えていません。%(lines)s")
            if was_cut
            else _s("郵便のファイルを受け入れませんでした(%(n)d件)。何も変えていません。%(lines)s")
        )
        raise InputError(sentence % {"n": len(refused), "lines": shown}, code="tracking_file")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self._text(), newline=""), strict=True)
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
        except csv.Error:
            raise InputError(
                _s("郵便のファイルの%(line)d行目がCSVとして壊れています。")
                % {"line": reader.line_num},
                code="tracking_file",
            ) from None

    def _text(self) -> str:
        for encoding in ENCODINGS:
            try:
                return self._data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise InputError(
            _s("郵便のファイルの文字コードが分かりません。UTF-8 か Shift_JIS で保存してください。"),
            code="tracking_file",
        )


def _event(cells: list[str], places: dict[str, int], today: date) -> PostEvent:
    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    number = without_separators(cell(NUMBER))
    if not (number.isascii() and number.isdigit()) or len(number) not in LENGTHS:
        raise _FaultyRowError(LineFault.NUMBER)
    if int(number[:-1]) % 7 != int(number[-1]):
        raise _FaultyRowError(LineFault.CHECK_DIGIT)
    if not cell(WORD):
        raise _FaultyRowError(LineFault.NO_WORD)
    day, at = _day_and_time(cell(DAY))
    if day > today:
        raise _FaultyRowError(LineFault.FUTURE)
    return PostEvent(number, day, at, cell(WORD)[:60], cell(DETAIL)[:120], cell(OFFICE)[:60])


def _day_and_time(text: str) -> tuple[date, time | None]:
    match = DAY_AND_TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise _FaultyRowError(LineFault.NO_DAY)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day, time(int(match[4]), int(match[5])) if match[4] else None
    except ValueError:
        raise _FaultyRowError(LineFault.WRONG_DAY) from None
