"""The spans that are published, days and months, and what is counted in each."""

import re
from datetime import date, timedelta
from typing import Self

from msgspec import Struct

from portal.domain.foundation.clock import next_month
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.oversight.reports.days import Days

ONE_DAY = timedelta(days=1)
WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?")


class Measure(Labeled):
    """What is counted: acts, by when they were recorded, so that a span that is over stays."""

    SIGNED_IN = "signed_in", lambda: _s("サインイン（回）")
    SHOWN = "shown", lambda: _s("表示したコード（件）")
    EXCHANGED = "exchanged", lambda: _s("交換（件）")
    RETURNED = "returned", lambda: _s("戻った手紙（通）")
    CALLS = "calls", lambda: _s("受付（件）")


class Span(Struct, frozen=True, order=True):
    """A day, or a month by its first day (JST)."""

    first: date
    is_month: bool = False

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse 2023-07 or 2023-07-10; None if it is neither."""
        match = WRITTEN.fullmatch(text)
        if match is None:
            return None
        try:
            first = date(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError:
            return None
        return cls(first, is_month=match[3] is None)

    @property
    def name(self) -> str:
        """The span as it is stored and stands in addresses."""
        return f"{self.first:%Y-%m}" if self.is_month else self.first.isoformat()

    @property
    def days(self) -> Days:
        """Its days, both ends included."""
        last = next_month(self.first) - ONE_DAY if self.is_month else self.first
        return Days(self.first, last)

    @property
    def key(self) -> int:
        """A number that names it to a job: its digits."""
        return int(self.name.replace("-", ""))

    @classmethod
    def of_key(cls, key: int) -> Self:
        """Return the span of a number made by ``key``."""
        year_month, day = divmod(key, 100) if key > 999_999 else (key, 0)
        return cls(date(year_month // 100, year_month % 100, day or 1), is_month=not day)
