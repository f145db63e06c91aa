"""The supervisor's board: contacts in progress, waiting work, the answer rate beside posting days.

Cheap by design: every statement reads open rows, or two weeks of days by an index; nothing depends
on the number of calls ever recorded.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from portal.domain.contacts.telephony.kpi import Counts, answer_rate, below
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.program.agenda import Stage, WindowView, agenda
from portal.domain.foundation.program.deadlines import Windows
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.status.board_reading import (
    OPEN_CALLS,
    Coming,
    Sums,
    read_mail,
    read_numbers,
    read_sums,
)

ONE_DAY = timedelta(days=1)
DAYS = 14
LISTED = 20
NEAR = 30
"""Windows that open or close within this number of days are shown on the board."""


class OpenCall(Struct, frozen=True):
    """A contact in progress: its agent, its channel, and its start (UTC)."""

    agent: str
    state: str
    channel: str
    direction: str
    language: str
    started_at: datetime


class BoardDay(Struct, frozen=True):
    """One day: the letters handed over to the mail house, and the calls that count.

    ``counts`` is None if the call center is closed or nothing has been counted yet.
    """

    day: date
    open: bool
    letters: int
    counts: Counts | None
    alarm: bool

    @property
    def rate(self) -> str:
        """The answer rate, "–" if there is none."""
        return answer_rate(self.counts) if self.counts is not None and self.open else "–"


class BoardHalf(Struct, frozen=True):
    """A half hour of today; -1 is a whole day that was typed in."""

    half_hour: int
    counts: Counts
    alarm: bool

    @property
    def rate(self) -> str:
        """The answer rate, "–" if nobody called."""
        return answer_rate(self.counts)


class Board(Struct, frozen=True):
    """The whole board.

    ``alarms`` are sentences; ``counted_at`` is when today's counts came in (UTC); ``built`` letters
    wait for their hand-over.
    """

    at: datetime
    calls: tuple[OpenCall, ...]
    in_all: int
    recorded_today: int
    call_backs: int
    call_backs_late: int
    days: tuple[BoardDay, ...]
    halves: tuple[BoardHalf, ...]
    counted_at: datetime | None
    built: int
    windows: tuple[WindowView, ...]
    dispatches: tuple[Coming, ...]
    alarms: tuple[str, ...]


def board(work: Work) -> Board:
    """Return the board as of now."""
    today = jst_date(work.now)
    first = today - ONE_DAY * (DAYS - 1)
    sums = read_sums(work, first, today)
    mail = read_mail(work.session, first, today, today + ONE_DAY * DAYS, LISTED)
    numbers = read_numbers(work, today)
    days = tuple(
        _day(work.program, sums, mail.handed_over, today - ONE_DAY * back) for back in range(DAYS)
    )
    halves = tuple(
        BoardHalf(half, counts, _alarm(work.program, counts))
        for half, counts in sorted(sums.halves.items())
    )
    return Board(
        at=work.now,
        calls=tuple(OpenCall(*row) for row in work.session.execute(OPEN_CALLS, {"limit": LISTED})),
        in_all=numbers.in_progress,
        recorded_today=numbers.recorded_today,
        call_backs=numbers.call_backs,
        call_backs_late=numbers.call_backs_late,
        days=days,
        halves=halves,
        counted_at=sums.counted_at,
        built=mail.waiting,
        windows=_soon(work.program.windows, today),
        dispatches=tuple(mail.coming),
        alarms=_alarms(work.program, days, halves),
    )


def _day(program: Program, sums: Sums, letters: dict[date, int], day: date) -> BoardDay:
    counts, is_open = sums.days.get(day), program.calendar.is_staffed(day)
    alarm = is_open and counts is not None and _alarm(program, counts)
    return BoardDay(day, is_open, letters.get(day, 0), counts, alarm)


@lru_cache(maxsize=8)
def _soon(windows: Windows, today: date) -> tuple[WindowView, ...]:
    """Return the windows that open or end soon, the next first, because such days bring calls.

    Windows change at midnight (JST), so the result is cached per day.
    """
    return tuple(
        window
        for window in agenda(windows, day_start(today))
        if (window.stage is Stage.BEFORE and (window.first_day - today).days <= NEAR)
        or (window.stage is Stage.CLOSING and window.days_left <= NEAR)
    )


def _alarm(program: Program, counts: Counts) -> bool:
    level = program.calls.answer_rate_alarm
    return level > 0 and below(counts, level, at_least=program.calls.alarm_min_calls)


def _alarms(
    program: Program, days: tuple[BoardDay, ...], halves: tuple[BoardHalf, ...]
) -> tuple[str, ...]:
    """Return the sentences about answer rates that are too low: today's, the last half hour's."""
    level = program.calls.answer_rate_alarm
    found = [
        _s("きょうの応答率は%(rate)sで、基準の%(level)d%%より低くなっています。")
        % {"rate": day.rate, "level": level}
        for day in days[:1]
        if day.alarm
    ]
    found += [
        _s("最後の30分の応答率は%(rate)sで、基準の%(level)d%%より低くなっています。")
        % {"rate": half.rate, "level": level}
        for half in halves[-1:]
        if half.alarm and half.half_hour >= 0
    ]
    return tuple(found)
