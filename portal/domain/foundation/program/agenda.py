"""The windows of a program for staff: what is open, until when, and what changes next."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.program.deadlines import Window, WindowKind, Windows


class Stage(StrEnum):
    """The status of a window now; ``CLOSING`` is open with a month or less to go."""

    BEFORE = "before"
    OPEN = "open"
    CLOSING = "closing"
    OVER = "over"


class WindowView(Struct, frozen=True):
    """One window: its first and last usable day (JST) and the days that remain after today."""

    kind: WindowKind
    stage: Stage
    first_day: date
    last_day: date
    days_left: int

    @property
    def is_before(self) -> bool:
        """Whether it has not opened yet."""
        return self.stage is Stage.BEFORE

    @property
    def is_over(self) -> bool:
        """Whether it has closed."""
        return self.stage is Stage.OVER

    @property
    def is_closing(self) -> bool:
        """Whether it is open with a month or less to go."""
        return self.stage is Stage.CLOSING


def agenda(windows: Windows, now: datetime) -> list[WindowView]:
    """Return every window, the next to open or close first; those that are over come last."""
    views = [(_next_change(window, now), window) for window in windows]
    views.sort(key=lambda pair: (pair[1].is_over(now), pair[0]))
    return [
        WindowView(
            window.kind,
            _stage(window, now),
            window.first_day,
            window.last_day,
            window.days_left(now),
        )
        for _at, window in views
    ]


def _next_change(window: Window, now: datetime) -> datetime:
    return window.starts_at if window.is_before(now) else window.ends_at


def _stage(window: Window, now: datetime) -> Stage:
    if window.is_before(now):
        return Stage.BEFORE
    if window.is_over(now):
        return Stage.OVER
    return Stage.CLOSING if window.is_announced(now) else Stage.OPEN
