"""The floor in figures: now, and plan against actual by half hour; of no single person.

Where fewer than ``FEWEST`` people sat in a half hour, answered calls would be those of one of them,
or could be told from one's own: only what came in is counted there, and no sum has the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.floor.forgetting import LONGEST_CALL
from portal.domain.contacts.floor.models import FloorCall, FloorEvent, FloorSeat
from portal.domain.contacts.floor.plan import Planned, plan_of
from portal.domain.contacts.floor.states import QUEUED, LineState
from portal.domain.contacts.telephony.kpi import Counts, counted, total
from portal.domain.contacts.telephony.queries import counts_here, in_hours
from portal.domain.foundation.clock import JST, day_end, day_start, jst_date
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.calls import CallSettings
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work

FEWEST = 3
"""So many people make a figure that is nobody's own."""
HALF_HOUR = timedelta(minutes=30)


class FloorAlarm(Labeled):
    """What on the floor asks for more people or lines (clause 6(5))."""

    LONG_WAIT = "long_wait", lambda: _s("長く待っている人がいます")
    MANY_CALLS = "many_calls", lambda: _s("計画より電話が多くなっています")
    FEW_SEATS = "few_seats", lambda: _s("計画より席が少なくなっています")


@dataclass(frozen=True, slots=True)
class Queue:
    """Calls that nobody has answered yet, and since when the first of them waits (UTC)."""

    waiting: int
    since: datetime | None

    def longest(self, now: datetime) -> int:
        """Return for how many whole seconds the first one waits; 0 if nobody does."""
        return max(0, int((now - self.since).total_seconds())) if self.since is not None else 0


class FloorHalf(Struct, frozen=True):
    """A half hour of today, plan against actual.

    Attributes:
        half_hour: 0 is 00:00–00:30 JST.
        planned: What was planned; None without a plan.
        seats: Seats staffed at its end, or now; None if it has not begun.
        offered: Calls that came in and count; None if it has not begun.
        counts: All of their figures; None too where fewer than ``FEWEST`` people sat.
        crowded: Whether far more came than was planned.
        is_now: Whether it is the present one.
    """

    half_hour: int
    planned: Planned | None
    seats: int | None
    offered: int | None
    counts: Counts | None
    crowded: bool
    is_now: bool


class Floor(Struct, frozen=True):
    """The floor at an instant (UTC).

    ``counts`` are the sums of the half hours that have figures, ``last_told`` is when the telephone
    system last told of anything.
    """

    at: datetime
    queue: Queue
    seats: int
    planned: Planned | None
    halves: tuple[FloorHalf, ...]
    counts: Counts
    alarms: tuple[FloorAlarm, ...]
    last_told: datetime | None

    @property
    def offered(self) -> int:
        """All calls of today that count."""
        return sum(half.offered or 0 for half in self.halves)


class _Sat(Struct, frozen=True):
    staff_id: int
    taken_at: datetime
    left_at: datetime | None

    def at(self, instant: datetime) -> bool:
        return self.taken_at <= instant and (self.left_at is None or self.left_at > instant)

    def within(self, start: datetime, end: datetime) -> bool:
        return self.taken_at < end and (self.left_at is None or self.left_at > start)


def read_queue(session: Session, now: datetime) -> Queue:
    """Return who waits now; a call that is told of no more does not wait for ever."""
    waiting, since = session.execute(
        select(func.count(), func.min(FloorCall.arrived_at)).where(
            FloorCall.state.in_(QUEUED), FloorCall.arrived_at > now - LONGEST_CALL
        )
    ).one()
    return Queue(int(waiting), since)


def seats_now(session: Session) -> int:
    """Return how many seats are staffed now."""
    taken = select(func.count()).select_from(FloorSeat).where(FloorSeat.left_at.is_(None))
    return int(session.scalar(taken) or 0)


def offered_since(session: Session, start: datetime) -> int:
    """Return how many calls came in since an instant (UTC)."""
    came = select(func.count()).select_from(FloorCall).where(FloorCall.arrived_at >= start)
    return int(session.scalar(came) or 0)


def half_hour_of(instant: datetime) -> int:
    """Return the half hour (JST) of an instant: 0 is 00:00–00:30."""
    local = instant.astimezone(JST)
    return local.hour * 2 + local.minute // 30


def read_floor(work: Work) -> Floor:
    """Return the floor as of now."""
    today, session = jst_date(work.now), work.session
    plan = plan_of(session, today)
    queue, sat = read_queue(session, work.now), _sat_on(session, today)
    calls = _by_half(session, today, work.program.calls)
    halves = tuple(
        _half(work, half, plan.get(half), calls.get(half, Counts()), sat)
        for half in range(48)
        if counts_here(work.program, today, half)
        and (half in calls or in_hours(work.program.calendar, today, half))
    )
    here = next((half for half in halves if half.is_now), None)
    seats = seats_now(session)
    planned = here.planned if here is not None else None
    return Floor(
        at=work.now,
        queue=queue,
        seats=seats,
        planned=planned,
        halves=halves,
        counts=total([half.counts for half in halves if half.counts is not None]),
        alarms=_alarms(work.program, queue.longest(work.now), seats, here),
        last_told=session.scalar(select(func.max(FloorEvent.taken_at))),
    )


def _half(
    work: Work, half: int, planned: Planned | None, calls: Counts, sat: Sequence[_Sat]
) -> FloorHalf:
    start = day_start(jst_date(work.now)) + HALF_HOUR * half
    end = min(start + HALF_HOUR, work.now)
    if start > work.now:
        return FloorHalf(half, planned, None, None, None, crowded=False, is_now=False)
    counts = counted(calls, work.program.calls)
    people = {one.staff_id for one in sat if one.within(start, end)}
    return FloorHalf(
        half,
        planned,
        sum(one.at(end) for one in sat),
        counts.offered,
        counts if len(people) >= FEWEST else None,
        crowded=0 < crowded_from(work.program.calls, planned) <= counts.offered,
        is_now=half == half_hour_of(work.now),
    )


def crowded_from(settings: CallSettings, planned: Planned | None) -> int:
    """Return from how many calls on a half hour has far more than planned; 0 if it never has."""
    if planned is None or not settings.spike_percent:
        return 0
    share = -(-max(planned.calls, 1) * settings.spike_percent // 100)
    return max(settings.alarm_min_calls, share)


def _alarms(
    program: Program, longest: int, seats: int, here: FloorHalf | None
) -> tuple[FloorAlarm, ...]:
    level = program.calls.long_wait_seconds
    met = {
        FloorAlarm.LONG_WAIT: 0 < level <= longest,
        FloorAlarm.MANY_CALLS: here is not None and here.crowded,
        FloorAlarm.FEW_SEATS: here is not None
        and here.planned is not None
        and seats < here.planned.seats,
    }
    return tuple(alarm for alarm, is_met in met.items() if is_met)


def _sat_on(session: Session, day: date) -> list[_Sat]:
    rows = session.execute(
        select(FloorSeat.staff_id, FloorSeat.taken_at, FloorSeat.left_at).where(
            FloorSeat.taken_at < day_end(day),
            or_(FloorSeat.left_at.is_(None), FloorSeat.left_at > day_start(day)),
        )
    )
    return [_Sat(*row) for row in rows]


def _by_half(session: Session, day: date, settings: CallSettings) -> dict[int, Counts]:
    rows = session.execute(
        select(
            FloorCall.state, FloorCall.arrived_at, FloorCall.answered_at, FloorCall.ended_at
        ).where(FloorCall.arrived_at >= day_start(day), FloorCall.arrived_at < day_end(day))
    )
    found: dict[int, Counts] = {}
    for state, arrived, answered, ended in rows:
        half = half_hour_of(arrived)
        one = _counts_of(state, arrived, answered, ended, settings)
        found[half] = found.get(half, Counts()) + one
    return found


def _counts_of(
    state: str,
    arrived: datetime,
    answered: datetime | None,
    ended: datetime | None,
    settings: CallSettings,
) -> Counts:
    gone = state == LineState.ABANDONED
    waited = ((answered or ended or arrived) - arrived).total_seconds()
    return Counts(
        offered=1,
        answered=int(answered is not None),
        abandoned=int(gone),
        short_abandoned=int(gone and waited <= settings.short_abandoned_seconds),
        within=int(answered is not None and waited <= settings.service_level_seconds),
    )
