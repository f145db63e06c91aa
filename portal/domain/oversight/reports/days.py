"""A period of days over which figures are counted."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.foundation.clock import day_end, day_start


class Days(Struct, frozen=True):
    """The days (JST) from ``first`` to ``last``, both included."""

    first: date
    last: date

    def has(self, day: InstrumentedAttribute[date | None]) -> ColumnElement[bool]:
        """Return the condition that a column's day is one of these."""
        return day.between(self.first, self.last)

    def spans(
        self, instant: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    ) -> ColumnElement[bool]:
        """Return the condition that a column's instant (UTC) is on one of these days."""
        return and_(instant >= day_start(self.first), instant < day_end(self.last))
