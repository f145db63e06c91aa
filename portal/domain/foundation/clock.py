"""The database's time, so that all processes decide deadlines alike."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

JST = ZoneInfo("Asia/Tokyo")
INSTANT = "instant"
"""Under this name a connection keeps the instant of its transaction, as its database states it."""


class Clock(Protocol):
    """The source of a transaction's instant."""

    def now(self, session: "Session") -> datetime:
        """Return the instant (UTC) that counts for this transaction."""
        ...

    def at(self, stated: datetime) -> datetime:
        """Return the instant (UTC) that counts in a transaction whose database states this one."""
        ...


class DatabaseClock:
    """The database's own time, read once per transaction; ``offset`` serves only demo and tests."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self, session: "Session") -> datetime:
        """Return the transaction's instant (UTC); the same value for its whole life."""
        key = session.get_transaction()
        known = session.info.get(INSTANT)
        if known is not None and known[0] is key and key is not None:
            instant: datetime = known[1]
            return instant
        value = self.at(session.connection().info[INSTANT])
        session.info[INSTANT] = (session.get_transaction(), value)
        return value

    def at(self, stated: datetime) -> datetime:
        """Return the instant (UTC) where the database states this one."""
        return stated.astimezone(UTC) + self.offset


class FixedClock:
    """A clock that shows the instant a test sets."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self, session: "Session") -> datetime:  # noqa: ARG002  (the protocol's signature)
        """Return the set instant."""
        return self.instant

    def at(self, stated: datetime) -> datetime:  # noqa: ARG002  (the protocol's signature)
        """Return the set instant."""
        return self.instant

    def advance(self, **delta: float) -> None:
        """Move forward by ``timedelta(**delta)``."""
        self.instant += timedelta(**delta)


def jst_date(instant: datetime) -> date:
    """Return the Japanese calendar day of an instant."""
    return instant.astimezone(JST).date()


def minute_text(instant: datetime | None) -> str:
    """Format an instant as a Japanese date and minute; "" for None."""
    return f"{instant.astimezone(JST):%Y-%m-%d %H:%M}" if instant is not None else ""


@lru_cache(maxsize=1_024)
def day_start(day: date) -> datetime:
    """Return the instant (UTC) at which a Japanese day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=JST).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Return the exclusive end (UTC) of a last usable Japanese day."""
    return day_start(day + timedelta(days=1))


def next_month(day: date) -> date:
    """Return the first day of the month after the day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_day_before(end: datetime) -> date:
    """Return the last usable Japanese day of an exclusive end."""
    return jst_date(end - timedelta(microseconds=1))
