"""How people write days in a program file: ISO, era dates, and offsets from today for the demo."""

import re
from datetime import date, timedelta

from msgspec import Struct

from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import parse_era_date

OFFSET = re.compile(r"today\s*(?:([+-])\s*(\d{1,4}))?\s*(?:,\s*(next|last) open day)?")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DayExpressions(Struct, frozen=True):
    """Reads ``2023-05-01``, ``令和5年5月1日``, ``today+30`` and ``today+30, last open day``.

    ``next`` may replace ``last``.
    """

    today: date
    calendar: CallCenterCalendar | None = None

    def read(self, text: str) -> date:
        """Return the day.

        Raises:
            ValueError: no such day; the message is a sentence for people.
        """
        text = text.strip()
        match = OFFSET.fullmatch(text)
        if match is not None:
            return self._offset(match)
        try:
            return date.fromisoformat(text) if ISO_DAY.fullmatch(text) else parse_era_date(text)
        except ValueError:
            raise ValueError(
                _s(
                    "「%(text)s」は日付として読めません。"
                    "2023-05-01、令和5年5月1日、today+30 のどれかの形で、"
                    "実在する日を書いてください。"
                )
                % {"text": text}
            ) from None

    def _offset(self, match: re.Match[str]) -> date:
        days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
        day = self.today + timedelta(days=days)
        if match[3] is None:
            return day
        if self.calendar is None:
            raise ValueError(_s("ここでは「open day」を使えません。"))
        return (
            self.calendar.business_day_from(day)
            if match[3] == "next"
            else self.calendar.business_day_until(day)
        )
