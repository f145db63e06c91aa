"""Windows of the program: people write last usable days, code compares exclusive instants."""

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from portal.domain.foundation.clock import day_end, day_start, jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import Labeled, _s


class WindowKind(Labeled):
    """What opens and closes by date, as staff read it."""

    PUBLICITY = "publicity", lambda: _s("区民への周知")
    CALL_CENTER = "call_center", lambda: _s("コールセンター")
    SIGN_IN = "sign_in", lambda: _s("サインイン")
    DELIVERY = "delivery", lambda: _s("手紙の配送")
    DECLINE = "decline", lambda: _s("辞退の受付")
    ALTERNATIVE = "alternative", lambda: _s("代替品の申し出")
    REDELIVERY = "redelivery", lambda: _s("再配送の申し込み")
    NEW_LETTER = "new_letter", lambda: _s("手紙の出し直し")
    EXCHANGE = "exchange", lambda: _s("クーポンの交換")
    USE = "use", lambda: _s("クーポンの利用")


@lru_cache(maxsize=64)
def month_before(day: date) -> date:
    """Return the same day of the preceding month, or that month's last day if there is none."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Window:
    """One period of Japanese days, both ends included; ``ends_at`` is its exclusive end (UTC)."""

    kind: WindowKind
    first_day: date
    last_day: date

    @property
    def starts_at(self) -> datetime:
        """The instant (UTC) from which it is open."""
        return day_start(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The instant (UTC) from which it is over."""
        return day_end(self.last_day)

    @property
    def announced_from(self) -> date:
        """The day from which screens mention the last day: a month before it."""
        return month_before(self.last_day)

    def is_before(self, now: datetime) -> bool:
        """Return whether it has not begun yet."""
        return now < self.starts_at

    def is_open(self, now: datetime) -> bool:
        """Return whether it is open.

        The last day counts to its last microsecond; midnight is too late.
        """
        return self.starts_at <= now < self.ends_at

    def is_over(self, now: datetime) -> bool:
        """Return whether it has ended."""
        return now >= self.ends_at

    def is_announced(self, now: datetime) -> bool:
        """Return whether screens mention the last day: open, with a month or less to go."""
        return self.is_open(now) and now >= day_start(self.announced_from)

    def days_left(self, now: datetime) -> int:
        """Return how many usable days follow today: 0 on the last day, negative when over."""
        return (self.last_day - jst_date(now)).days


@dataclass(frozen=True, slots=True)
class RequestRule:
    """How the last day of a kind of request follows from the day by which its answer must arrive.

    ``target`` less post and storage days (calendar) is the last day for posting, moved to a
    business day; less ``batch_days`` (business days for checking, printing and handing over) is the
    last day to ask.
    """

    kind: WindowKind
    target: date
    storage_days: int
    post_days: int
    batch_days: int
    given_last_day: date | None

    def last_posting_day(self, calendar: CallCenterCalendar) -> date:
        """Return the last day for posting that still leaves time for post and storage."""
        return calendar.filed.business_day_until(
            self.target - timedelta(days=self.post_days + self.storage_days)
        )

    def derived_last_day(self, calendar: CallCenterCalendar) -> date:
        """Return the last day for asking according to the rule."""
        return calendar.filed.business_days_before(self.last_posting_day(calendar), self.batch_days)

    def last_day(self, calendar: CallCenterCalendar) -> date:
        """Return the last day for asking: the ward's own, otherwise the derived one."""
        return self.given_last_day or self.derived_last_day(calendar)


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of a program."""

    publicity: Window
    call_center: Window
    sign_in: Window
    delivery: Window
    decline: Window
    alternative: Window
    redelivery: Window
    new_letter: Window
    exchange: Window
    use: Window

    def of(self, kind: WindowKind) -> Window:
        """Return the window of a kind."""
        window: Window = getattr(self, kind.value)
        return window

    def __iter__(self) -> Iterator[Window]:
        return (self.of(kind) for kind in WindowKind)

    def announced(self, now: datetime) -> tuple[Window, ...]:
        """Return the windows whose last day is near, the nearest first."""
        return tuple(
            sorted((w for w in self if w.is_announced(now)), key=lambda window: window.last_day)
        )
