"""Read changes of the opening hours, and what was approved as the calendar takes it."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.hours.models import HoursKind, OpeningHours
from portal.domain.contacts.hours.states import HoursState
from portal.domain.foundation.base import table_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.approved_hours import SpecialDays
from portal.domain.foundation.program.calendar import Agreement, Hours, Payer, Week, WeekHours
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import _s

PAGE = 20
NUMBER = "OH-%d"
"""How a change is called where the calendar names the paper of an agreement."""

_H = table_of(OpeningHours)
# built once, on the plain table: every process runs it again and again
_APPROVED = (
    select(
        _H.c.id,
        _H.c.kind,
        _H.c.state,
        _H.c.first_day,
        _H.c.last_day,
        _H.c.hours,
        _H.c.reason,
        _H.c.paid_by,
        _H.c.proposed_at,
        _H.c.decided_at,
        _H.c.ended_at,
    )
    .where(_H.c.state.in_([HoursState.IN_FORCE, HoursState.TAKEN_BACK]))
    .order_by(_H.c.decided_at, _H.c.id)
)


class Approved(Struct, frozen=True):
    """What the ward approved, each in the order of approval.

    What was taken back still holds for the days before.
    """

    weeks: tuple[WeekHours, ...] = ()
    specials: tuple[SpecialDays, ...] = ()


def approved(session: Session) -> Approved:
    """Return the weekdays' hours and the special days that the ward approved."""
    weeks, specials = list[WeekHours](), list[SpecialDays]()
    for row in session.execute(_APPROVED):
        if row.kind == HoursKind.WEEK:
            weeks.append(week_hours_of(row))
        else:
            specials.append(special_of(row))
    return Approved(tuple(weeks), tuple(specials))


def week_hours_of(row: Any) -> WeekHours:
    """Return the weekdays' hours of a change, a row of the table or its columns."""
    return WeekHours(row.first_day, week_of(row.hours), _until(row))


def special_of(row: Any) -> SpecialDays:
    """Return the special days of a change, a row of the table or its columns.

    Who approved it is named on the page of the change alone.
    """
    agreed_on = jst_date(row.decided_at or row.proposed_at)
    payer = Payer.known(row.paid_by) or Payer.AGREED
    paper = Agreement(payer, "", NUMBER % row.id, agreed_on)
    reason, hours = PublicReason.known(row.reason), week_of(row.hours)[0]
    return SpecialDays(row.first_day, row.last_day, hours, reason, paper, _until(row))


def _until(row: Any) -> date | None:
    return jst_date(row.ended_at) if row.ended_at is not None else None


def week_of(stored: Sequence[Any]) -> Week:
    """Return stored pairs of times as hours."""
    return tuple(
        None if pair is None else Hours(*(time.fromisoformat(at) for at in pair)) for pair in stored
    )


def stored(hours: Sequence[Hours | None]) -> list[list[str] | None]:
    """Return hours as pairs of times to store."""
    return [None if one is None else [f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"] for one in hours]


def changes(session: Session, page: int = 1) -> list[OpeningHours]:
    """Return a page of the changes and one more, the newest first."""
    statement = select(OpeningHours).order_by(OpeningHours.id.desc())
    return list(session.scalars(statement.offset((max(1, page) - 1) * PAGE).limit(PAGE + 1)))


def change_by_id(session: Session, change_id: int) -> OpeningHours:
    """Return a change. Raises NotFoundError."""
    row = session.get(OpeningHours, change_id)
    if row is None:
        raise unknown()
    return row


def waiting_count(session: Session) -> int:
    """Return how many changes wait for the ward."""
    statement = select(func.count(OpeningHours.id)).where(OpeningHours.state == HoursState.PROPOSED)
    return session.scalar(statement) or 0


def unknown() -> NotFoundError:
    """Return the refusal of a key that no change has."""
    return NotFoundError(_s("この受付時間の記録は見つかりませんでした。"))
