"""The supervisor's board: who talks now, what waits, and the answer rate beside the days on which letters went out.

Cheap by design: every statement reads open rows, or two weeks of days by an index; nothing depends on how many calls
were ever recorded.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.calls.models import Call
from portal.domain.calls.states import AFTER_CALL, TALKING
from portal.domain.clock import day_end, day_start, jst_date
from portal.domain.escalations.call_back_queries import count_waiting
from portal.domain.letters.models import PrintRun
from portal.domain.letters.states import PRINT_RUN
from portal.domain.program.agenda import Stage, WindowView, agenda
from portal.domain.program.schema import Program
from portal.domain.staff.models import StaffUser
from portal.domain.telephony.kpi import Counts, answer_rate, below, counted
from portal.domain.telephony.queries import by_day, by_half_hour, days_known
from portal.domain.texts import _s

ONE_DAY = timedelta(days=1)
DAYS = 14
LISTED = 20
NEAR = 30
"""Windows that open or close within so many days stand on the board."""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A contact that goes on: who handles it, how it came, and since when (UTC)."""

    agent: str
    state: str
    channel: str
    direction: str
    language: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class BoardDay:
    """One day: letters handed over to the post, and the calls that counted (None: closed, or nobody counted yet)."""

    day: date
    open: bool
    letters: int
    counts: Counts | None
    alarm: bool

    @property
    def rate(self) -> str:
        """The answer rate, "–" where there is none."""
        return answer_rate(self.counts) if self.counts is not None and self.open else "–"


@dataclass(frozen=True, slots=True)
class BoardHalf:
    """A half hour of today (-1: the whole day, typed)."""

    half_hour: int
    counts: Counts
    alarm: bool

    @property
    def rate(self) -> str:
        """The answer rate, "–" where nobody called."""
        return answer_rate(self.counts)


@dataclass(frozen=True, slots=True)
class Board:
    """All of it. ``alarms`` are sentences; ``counted_at`` is when today's counts came in; ``built`` letters wait."""

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
    alarms: tuple[str, ...]


def board(session: Session, program: Program, now: datetime) -> Board:
    """Return the board as it stands."""
    today = jst_date(now)
    calls = open_calls(session)
    days = _days(session, program, today)
    halves = tuple(
        BoardHalf(half, counts, _alarm(program, counts))
        for half, found in by_half_hour(session, program, today).items()
        for counts in (counted(found, program.calls),)
    )
    waiting, late = count_waiting(session, program.calendar, now)
    known = days_known(session, today, today).get(today)
    return Board(
        at=now, calls=tuple(calls[:LISTED]),
        in_all=len(calls) if len(calls) <= LISTED else _open_in_all(session),
        recorded_today=session.scalar(select(func.count()).where(Call.day == today)) or 0, call_backs=waiting,
        call_backs_late=late, days=days, halves=halves,
        counted_at=known.imported_at if known is not None else None,
        built=_built(session), windows=_windows(program, now), alarms=_alarms(program, days, halves, today),
    )  # fmt: skip


def open_calls(session: Session) -> list[OpenCall]:
    """Return contacts that go on, the longest first; one more than are listed, if there are so many."""
    rows = session.execute(
        select(
            StaffUser.display_name, Call.state, Call.channel, Call.direction, Call.language, Call.started_at
        )
        .join(StaffUser, StaffUser.id == Call.agent_id)
        .where(Call.state.in_((TALKING, AFTER_CALL)))
        .order_by(Call.started_at, Call.id)
        .limit(LISTED + 1)
    )
    return [OpenCall(*row) for row in rows]


def _open_in_all(session: Session) -> int:
    return session.scalar(select(func.count()).where(Call.state.in_((TALKING, AFTER_CALL)))) or 0


def _days(session: Session, program: Program, today: date) -> tuple[BoardDay, ...]:
    """Return two weeks, today first: calls follow letters by a day or more."""
    first = today - ONE_DAY * (DAYS - 1)
    sums, letters = by_day(session, program, first, today), _letters(session, first, today)
    days = []
    for back in range(DAYS):
        day = today - ONE_DAY * back
        counts = counted(sums[day], program.calls) if day in sums else None
        is_open = program.calendar.is_staffed(day)
        alarm = is_open and counts is not None and _alarm(program, counts)
        days.append(BoardDay(day, is_open, letters.get(day, 0), counts, alarm))
    return tuple(days)


def _letters(session: Session, first: date, last: date) -> dict[date, int]:
    """Return the printed letters of the runs that were handed over, by Japanese day; there are few runs."""
    rows = session.execute(
        select(PrintRun.handed_over_at, PrintRun.planned).where(
            PrintRun.handed_over_at >= day_start(first), PrintRun.handed_over_at < day_end(last)
        )
    )
    found: dict[date, int] = {}
    for at, planned in rows:
        if at is not None:
            found[jst_date(at)] = found.get(jst_date(at), 0) + planned
    return found


def _built(session: Session) -> int:
    """Return how many letters are printed and wait for their posting day."""
    waiting = [state for state in PRINT_RUN.states if PRINT_RUN.can(state, "hand_over")]
    return session.scalar(
        select(func.coalesce(func.sum(PrintRun.planned), 0)).where(PrintRun.state.in_(waiting))
    ) or 0  # fmt: skip


def _windows(program: Program, now: datetime) -> tuple[WindowView, ...]:
    """Return what opens or ends soon, the next first: each of these days brings calls."""
    today = jst_date(now)
    return tuple(
        window
        for window in agenda(program.windows, now)
        if (window.stage is Stage.BEFORE and (window.first_day - today).days <= NEAR)
        or (window.stage is Stage.CLOSING and window.days_left <= NEAR)
    )


def _alarm(program: Program, counts: Counts) -> bool:
    level = program.calls.answer_rate_alarm
    return level > 0 and below(counts, level, at_least=program.calls.alarm_min_calls)


def _alarms(
    program: Program, days: tuple[BoardDay, ...], halves: tuple[BoardHalf, ...], today: date
) -> tuple[str, ...]:
    """Say what is under the level today: the day, and its last half hour."""
    level = program.calls.answer_rate_alarm
    found = [
        _s("きょうの応答率は%(rate)sで、基準の%(level)d%%より低くなっています。")
        % {"rate": day.rate, "level": level}
        for day in days[:1]
        if day.alarm and day.day == today
    ]
    found += [
        _s("最後の30分の応答率は%(rate)sで、基準の%(level)d%%より低くなっています。")
        % {"rate": half.rate, "level": level}
        for half in halves[-1:]
        if half.alarm and half.half_hour >= 0
    ]
    return tuple(found)
