"""From the bytes of a counts file to rows by half hour.

A file with any fault is refused whole, with its lines named.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.contacts.telephony.layouts import CountsLayout
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date

MAX_BYTES = 4_000_000
MAX_ROWS = 50_000
SHOWN = 20
"""So many faults are named; the rest is counted."""
MOST_CALLS, MOST_SECONDS = 100_000, 100_000_000
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}")
DURATION = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")
START = re.compile(r"(\d{1,2}):?(\d{2})(?:\s*[-~〜～–−].*)?")
NOT_TEXT = (b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class CountsFileError(InputError):
    """The file is refused and nothing of it is stored; ``problems`` says why, line by line."""

    code = "counts_file"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems[:SHOWN])
        more = len(problems) - SHOWN
        if more > 0:
            self.problems += (_s("ほかに%(n)s件のまちがいがあります。") % {"n": f"{more:,}"},)
        super().__init__(
            _s("ファイルを取り込めません。") + "".join(f"\n{problem}" for problem in self.problems)
        )


@dataclass(frozen=True, slots=True)
class CountRow:
    """Calls of one half hour (0–47; -1: the whole day), language and line."""

    day: date
    half_hour: int
    language: str
    line: str
    counts: Counts

    @property
    def place(self) -> tuple[date, int, str, str]:
        """What may stand in a file only once."""
        return self.day, self.half_hour, self.language, self.line


def read_counts(data: bytes, layout: CountsLayout, first: date, last: date) -> list[CountRow]:
    """Return the file's rows.

    Days outside ``first`` to ``last`` (Japanese days, both included) are a fault.

    Raises:
        CountsFileError: it is no CSV of this layout, or any row is wrong.
    """
    problems: list[str] = []
    reader = _Reader(layout, first, last, problems)
    rows: list[CountRow] = []
    lines: dict[tuple[date, int, str, str], int] = {}
    for number, cells in _cells(_text(data, layout), layout):
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
    """Yield each row as field → text, with its line.

    The header must hold all known columns and no others.
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


class _Reader:
    """Reads rows one by one and notes every fault."""

    def __init__(self, layout: CountsLayout, first: date, last: date, problems: list[str]) -> None:
        self.layout, self.first, self.last, self.problems = layout, first, last, problems
        self.headers = {field: header for header, field in layout.columns.items()}
        self.measured = [field for field in self.headers if field in Counts.__dataclass_fields__]

    def row(self, line: int, cells: Mapping[str, str]) -> CountRow | None:
        """Return one row; None for a row of sums or with a fault."""
        if self.layout.total_row and cells["day"] == self.layout.total_row:
            return None
        before = len(self.problems)
        day = self._day(line, cells["day"])
        half_hour = self._half_hour(line, cells["time"])
        language = self._language(line, cells)
        found = {field: self._number(line, field, cells[field]) for field in self.measured}
        if len(self.problems) == before:
            self._adds_up(line, found)
        if len(self.problems) > before or day is None:
            return None
        unknown = dict.fromkeys(("busy", "short_abandoned", "within", "talk", "after_call"))
        counts = Counts(**(unknown | found))  # type: ignore[arg-type]  # offered, answered, abandoned are always there
        return CountRow(day, half_hour, language, cells.get("line", "")[:40], counts.settled())

    def _fault(self, line: int, sentence: str, **values: object) -> None:
        self.problems.append(
            _s("%(line)d行目: %(sentence)s") % {"line": line, "sentence": sentence % values}
        )

    def _day(self, line: int, text: str) -> date | None:
        day = whole_date(text) if text else None
        if not isinstance(day, date):
            self._fault(line, _s("日付「%(text)s」が読めません。"), text=text[:20])
            return None
        if day > self.last:
            self._fault(
                line, _s("%(day)s は、まだ来ていない日か、契約の後の日です。"), day=day.isoformat()
            )
        elif day < self.first:
            self._fault(line, _s("%(day)s は、契約の前の日です。"), day=day.isoformat())
        return day

    def _half_hour(self, line: int, text: str) -> int:
        match = START.fullmatch(text)
        if match is None or int(match[1]) > 23 or match[2] not in {"00", "30"}:
            self._fault(
                line,
                _s(
                    "時間帯「%(text)s」が読めません。9:00 か 9:30 のように、"
                    "30分ごとにしてください。"
                ),
                text=text[:20],
            )
            return 0
        return int(match[1]) * 2 + (match[2] == "30")

    def _language(self, line: int, cells: Mapping[str, str]) -> str:
        for field, codes in (("language", self.layout.languages), ("line", self.layout.lines)):
            if field in cells and codes:
                found = codes.get(cells[field])
                if found is None:
                    self._fault(
                        line,
                        _s("「%(text)s」の言語がわかりません。レイアウトに書き加えてください。"),
                        text=cells[field][:20],
                    )
                return found or ""
        return "ja"

    def _number(self, line: int, field: str, text: str) -> int:
        seconds = field in {"talk", "after_call"}
        if seconds and (match := DURATION.fullmatch(text)):
            return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
        header = self.headers[field]
        if NUMBER.fullmatch(text) is None or not text.isascii():
            sentence = (
                _s("%(column)sの値がありません。0 なら 0 と書いてください。")
                if not text
                else _s("%(column)sの「%(text)s」は、0以上の整数ではありません。")
            )
            self._fault(line, sentence, column=header, text=text[:20])
            return 0
        number = int(text.replace(",", ""))
        if number > (MOST_SECONDS if seconds else MOST_CALLS):
            self._fault(
                line, _s("%(column)sの「%(text)s」は大きすぎます。"), column=header, text=text[:20]
            )
        return number

    def _adds_up(self, line: int, found: Mapping[str, int]) -> None:
        offered, answered, abandoned = found["offered"], found["answered"], found["abandoned"]
        if answered > offered:
            self._fault(
                line, _s("応答%(a)d件が、着信%(o)d件より多くなっています。"), a=answered, o=offered
            )
        elif answered + abandoned > offered:
            self._fault(
                line,
                _s("応答%(a)d件と放棄%(b)d件の合計が、着信%(o)d件より多くなっています。"),
                a=answered,
                b=abandoned,
                o=offered,
            )
        if found.get("within", 0) > answered:
            self._fault(line, _s("時間内の応答が、応答%(a)d件より多くなっています。"), a=answered)
        if found.get("short_abandoned", 0) > abandoned:
            self._fault(line, _s("短い放棄が、放棄%(b)d件より多くなっています。"), b=abandoned)
