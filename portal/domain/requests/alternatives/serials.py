"""Serial numbers of paper pieces as typed or scanned: any width, hyphens, leading letters."""

import re

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators

SERIAL = re.compile(r"([A-Z]{0,8})([0-9]{1,18})")
LONGEST_RANGE = 100_000
"""Pieces in one range: more is a typing error, and too many rows for one transaction."""


class SerialRange(Struct, frozen=True):
    """Consecutive serial numbers, both ends included.

    ``prefix`` and ``width`` (of the digits) are the same for all.
    """

    prefix: str
    first: int
    last: int
    width: int

    @property
    def count(self) -> int:
        """The number of pieces."""
        return self.last - self.first + 1

    def serials(self) -> list[str]:
        """Return each serial number, in order."""
        return [self._written(number) for number in range(self.first, self.last + 1)]

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last serial number."""
        return self._written(self.first), self._written(self.last)

    def _written(self, number: int) -> str:
        return f"{self.prefix}{number:0{self.width}}"


def read_range(first: str, last: str = "") -> SerialRange:
    """Read a range from its first and last serial number; without a last one it is a single piece.

    Raises:
        InputError: one is no serial number, they do not belong together, or the range is empty or
            too long.
    """
    prefix, low = _parts(first)
    last_prefix, high = _parts(last) if without_separators(last) else (prefix, low)
    if last_prefix != prefix or len(high) != len(low):
        raise InputError(
            _s("最初と最後の番号の形が違います。同じ種類の券の番号を読み取ってください。")
        )
    found = SerialRange(prefix, int(low), int(high), len(low))
    if found.count < 1:
        raise InputError(_s("最後の番号が、最初の番号より前です。順番を確かめてください。"))
    if found.count > LONGEST_RANGE:
        raise InputError(
            _s("一度に登録できるのは%(limit)s枚までです。番号を確かめて、分けて登録してください。")
            % {"limit": f"{LONGEST_RANGE:,}"}
        )
    return found


def _parts(text: str) -> tuple[str, str]:
    match = SERIAL.fullmatch(without_separators(text).upper())
    if match is None:
        raise InputError(_s("券の番号は、英字8文字までと数字で入力してください（例: GC000123）。"))
    return match[1], match[2]


def as_ranges(serials: list[str]) -> list[tuple[str, str, int]]:
    """Return serial numbers as ranges, in order: first, last and count of each."""
    runs: list[SerialRange] = []
    for prefix, digits in sorted(
        (_parts(serial) for serial in serials), key=lambda p: (p[0], len(p[1]), p[1])
    ):
        number, width = int(digits), len(digits)
        before = runs[-1] if runs else None
        if before and (before.prefix, before.width, before.last + 1) == (prefix, width, number):
            runs[-1] = SerialRange(prefix, before.first, number, width)
        else:
            runs.append(SerialRange(prefix, number, number, width))
    return [(*run.ends, run.count) for run in runs]
