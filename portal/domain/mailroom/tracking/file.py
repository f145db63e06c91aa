"""Read the post's status files, which have one event per row.

If any row cannot be read, the whole file is refused.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Protocol

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators

ENCODINGS = ("utf-8-sig", "cp932")
NUMBER, DAY, WORD, DETAIL, OFFICE = "お問い合わせ番号", "状態発生日", "配送履歴", "詳細", "取扱局"
NEEDED = (NUMBER, DAY, WORD)
SHOWN_FAULTS = 20
DAY_AND_TIME = re.compile(
    r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?\s*(?:(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
LENGTHS = (11, 12)


@dataclass(frozen=True, slots=True)
class PostEvent:
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


class Feed(Protocol):
    """A source of events: a file, or in future an electronic feed of the post.

    Web pages are never read.
    """

    name: str
    file_name: str

    def events(self) -> Iterator[PostEvent]:
        """Return the events. Raises InputError if the source cannot be read."""
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

    def events(self) -> Iterator[PostEvent]:
        """Return the events of the file.

        Raises:
            InputError: no CSV, a needed column is missing, or rows cannot be read; every fault
                is named with its line.
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
        found, faults = [], []
        for line, cells in rows:
            try:
                found.append(_event(cells, places))
            except ValueError as fault:
                faults.append(_s("%(line)d行目: %(sentence)s") % {"line": line, "sentence": fault})
        if faults:
            shown = "".join(f"\n- {sentence}" for sentence in faults[:SHOWN_FAULTS])
            raise InputError(
                _s("郵便のファイルを受け入れませんでした(%(n)d件)。何も変えていません。%(lines)s")
                % {"n": len(faults), "lines": shown},
                code="tracking_file",
            )
        return iter(found)

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


def _event(cells: list[str], places: dict[str, int]) -> PostEvent:
    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    number = without_separators(cell(NUMBER))
    if not (number.isascii() and number.isdigit()) or len(number) not in LENGTHS:
        raise ValueError(_s("お問い合わせ番号は11桁か12桁の数字です。"))
    if int(number[:-1]) % 7 != int(number[-1]):
        raise ValueError(_s("お問い合わせ番号に、まちがいがあります。"))
    if not cell(WORD):
        raise ValueError(_s("配送履歴が空です。"))
    day, at = _day_and_time(cell(DAY))
    return PostEvent(number, day, at, cell(WORD)[:60], cell(DETAIL)[:120], cell(OFFICE)[:60])


def _day_and_time(text: str) -> tuple[date, time | None]:
    match = DAY_AND_TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise ValueError(_s("状態発生日を、2023/07/12 10:05 のように書いてください。"))
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day, time(int(match[4]), int(match[5])) if match[4] else None
    except ValueError:
        raise ValueError(_s("状態発生日に、ない日付があります。")) from None
