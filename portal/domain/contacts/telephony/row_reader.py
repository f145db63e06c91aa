"""Reading the rows of a counts file, with a sentence for each fault."""

import re
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.contacts.telephony.layouts import CountsLayout
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date

MOST_CALLS, MOST_SECONDS = 100_000, 100_000_000
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}")
DURATION = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")
START = re.compile(r"(\d{1,2}):?(\d{2})(?:\s*[-~〜～–−].*)?")


class CountRow(Struct, frozen=True):
    """Calls of one half hour (0–47; -1: the whole day), language and line."""

    day: date
    half_hour: int
    language: str
    line: str
    counts: Counts

    @property
    def place(self) -> tuple[date, int, str, str]:
        """The key that a file may have only once."""
        return self.day, self.half_hour, self.language, self.line


class Days(Struct, frozen=True):
    """The days (JST) that a file may have; both are included."""

    first: date
    last: date


class RowReader:
    """Parses rows one by one and collects a sentence for every fault."""

    def __init__(self, layout: CountsLayout, days: Days, problems: list[str]) -> None:
        self.layout, self.days, self.problems = layout, days, problems
        self.headers = {field: header for header, field in layout.columns.items()}
        self.measured = [field for field in self.headers if field in Counts.__dataclass_fields__]

    def row(self, line: int, cells: Mapping[str, str]) -> CountRow | None:
        """Return one row; None for a row of sums or one with a fault."""
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
        if day > self.days.last:
            self._fault(
                line, _s("%(day)s は、まだ来ていない日か、契約の後の日です。"), day=day.isoformat()
            )
        elif day < self.days.first:
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
