"""Queries of the supervisor's board: a few statements on plain tables, built once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Date, String, and_, bindparam, cast, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import AFTER_CALL, TALKING
from portal.domain.contacts.escalations.call_back_queries import compared_instants, counting
from portal.domain.contacts.telephony.kpi import Counts, counted
from portal.domain.contacts.telephony.models import WHOLE_DAY, CountDay, CountImport
from portal.domain.contacts.telephony.queries import open_halves
from portal.domain.foundation.base import UtcDateTime, table_of
from portal.domain.foundation.clock import day_end, day_start, jst_date
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import PRINT_RUN
from portal.domain.mailroom.printing.dispatch.models import Dispatch
from portal.domain.mailroom.printing.dispatch.states import DISPATCH
from portal.domain.people.staff.models import StaffUser

_CALL, _STAFF, _RUN, _DISPATCH = (
    table_of(model) for model in (Call, StaffUser, PrintRun, Dispatch)
)
_DAY, _IMPORT = (table_of(model) for model in (CountDay, CountImport))
_OPEN = _CALL.c.state.in_((TALKING, AFTER_CALL))
_WAITING = [state for state in PRINT_RUN.states if PRINT_RUN.can(state, "hand_over")]

OPEN_CALLS = (
    select(
        _STAFF.c.display_name,
        _CALL.c.state,
        _CALL.c.channel,
        _CALL.c.direction,
        _CALL.c.language,
        _CALL.c.started_at,
    )
    .join_from(_CALL, _STAFF, _STAFF.c.id == _CALL.c.agent_id)
    .where(_OPEN)
    .order_by(_CALL.c.started_at, _CALL.c.id)
    .limit(bindparam("limit"))
)
_CALL_BACKS = counting().subquery()
_NUMBERS = select(
    select(func.count())
    .select_from(_CALL)
    .where(_CALL.c.day == bindparam("today"))
    .scalar_subquery(),
    select(func.count()).select_from(_CALL).where(_OPEN).scalar_subquery(),
    _CALL_BACKS.c.total,
    _CALL_BACKS.c.late,
)
_MAIL = union_all(
    select(
        _RUN.c.state,
        _RUN.c.handed_over_at,
        _RUN.c.planned,
        cast(null(), Date).label("day"),
        cast(null(), _DISPATCH.c.towns.type).label("towns"),
    ).where(
        or_(
            _RUN.c.state.in_(_WAITING),
            and_(
                _RUN.c.handed_over_at >= bindparam("start"),
                _RUN.c.handed_over_at < bindparam("end"),
            ),
        )
    ),
    select(
        select(
            cast(null(), String).label("state"),
            cast(null(), UtcDateTime).label("handed_over_at"),
            _DISPATCH.c.planned,
            _DISPATCH.c.day,
            _DISPATCH.c.towns,
        )
        .where(
            _DISPATCH.c.state == DISPATCH.initial,
            _DISPATCH.c.day.between(bindparam("first"), bindparam("last")),
        )
        .order_by(_DISPATCH.c.day, _DISPATCH.c.id)
        .limit(bindparam("limit"))
        .subquery()
    ),
)
_VERSIONS = (
    select(_DAY.c.day, _DAY.c.halves, _IMPORT.c.imported_at)
    .join_from(_DAY, _IMPORT, _IMPORT.c.id == _DAY.c.import_id)
    .where(_DAY.c.replaced_at.is_(None), _DAY.c.day.between(bindparam("first"), bindparam("last")))
)


@dataclass(slots=True)
class Sums:
    """Calls that count, by day and by half hour of today; ``counted_at`` (UTC) is of today's."""

    days: dict[date, Counts]
    halves: dict[int, Counts]
    counted_at: datetime | None = None


class Numbers(Struct, frozen=True):
    """Contacts recorded today and in progress now; call-backs that wait, and the overdue ones."""

    recorded_today: int
    in_progress: int
    call_backs: int
    call_backs_late: int


def read_numbers(work: Work, today: date) -> Numbers:
    """Return the counts of contacts and call-backs."""
    values = compared_instants(work.program.calendar, work.now) | {"today": today}
    return Numbers(*(int(number) for number in work.session.execute(_NUMBERS, values).one()))


class Coming(Struct, frozen=True):
    """Letters planned for posting on a day (JST), and their towns."""

    day: date
    planned: int
    towns: tuple[str, ...]


@dataclass(slots=True)
class Mail:
    """Letters handed over by JST day, letters waiting, and planned posting days."""

    handed_over: dict[date, int] = field(default_factory=dict)
    waiting: int = 0
    coming: list[Coming] = field(default_factory=list)


def read_mail(session: Session, first: date, today: date, last: date, limit: int) -> Mail:
    """Return letters posted from ``first`` to today, and those planned from today to ``last``."""
    span = {
        "start": day_start(first),
        "end": day_end(today),
        "first": today,
        "last": last,
        "limit": limit,
    }
    found = Mail()
    for state, at, planned, day, towns in session.execute(_MAIL, span):
        if day is not None:
            found.coming.append(Coming(day, planned, tuple(towns)))
        elif state in _WAITING:
            found.waiting += planned
        elif at is not None:
            found.handed_over[jst_date(at)] = found.handed_over.get(jst_date(at), 0) + planned
    found.coming.sort(key=lambda one: one.day)  # a union keeps no order
    return found


def read_sums(work: Work, first: date, today: date) -> Sums:
    """Return the calls that count from ``first`` to today, from the sums stored with each day."""
    found = Sums({}, {})
    for day, stored, at in work.session.execute(_VERSIONS, {"first": first, "last": today}):
        counting = _counting(work.program, day, stored)
        if counting:
            found.days[day] = counted(_sum(counting.values()), work.program.calls)
        if day == today:
            found.halves = {
                half: counted(_sum([counting[half]]), work.program.calls)
                for half in sorted(counting)
            }
            found.counted_at = at
    return found


def _counting(
    program: Program, day: date, stored: Mapping[str, list[int | None]]
) -> dict[int, list[int | None]]:
    """Return the half hours of a day that count; -1 is a whole day that was typed in."""
    if program.calls.out_of_hours_counts:
        return {int(half): numbers for half, numbers in stored.items()}
    span = open_halves(program.calendar, day)
    if span is None:
        return {}
    return {
        half: numbers
        for text, numbers in stored.items()
        if (half := int(text)) == WHOLE_DAY or span[0] <= half < span[1]
    }


def _sum(rows: Iterable[list[int | None]]) -> Counts:
    columns = zip(*rows, strict=True)
    sums = (None if None in column else sum(n or 0 for n in column) for column in columns)
    return Counts(*sums)  # type: ignore[arg-type]  # only what telephone systems may lack is None
