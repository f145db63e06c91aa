"""Call-backs promised for a time at which, by hours that changed later, nobody is there.

A call-back without a time of its own is due by the hours as they are now, so it is never one of
these (decision 0092).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from portal.domain.contacts.escalations.call_back_queries import open_call_backs
from portal.domain.contacts.escalations.call_back_times import is_kept
from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.contacts.hours.preview import calendar_with
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.models import Task


class Promise(Struct, frozen=True):
    """A promised call-back: its task, the number the caller has, and the instant (UTC)."""

    task_id: int
    receipt_no: str
    due_at: datetime


def unkept(work: Work, *, include_protected: bool = False) -> list[Promise]:
    """Return the promises still to come at whose time nobody is there, the first due first."""
    found = _promises(work, work.now, include_protected=include_protected)
    return list(_unkept(found, work.program.calendar))


def broken_by(work: Work, row: OpeningHours, *, include_protected: bool = False) -> list[Promise]:
    """Return the open promises in the days of a change at whose time nobody is there with it.

    A change that waits counts as if it were approved; one that was refused breaks nothing. What
    has become late is among them until it is called or moved.
    """
    if row.is_refused:
        return []
    calendar = calendar_with(work.session, work.program.calendar, row)
    first = datetime.combine(row.first_day, time(), tzinfo=JST)
    found = _promises(work, first, row.last_day, include_protected=include_protected)
    return list(_unkept(found, calendar))


def require_seen(work: Work, row: OpeningHours, seen: int, *, include_protected: bool) -> None:
    """Refuse to propose a change before its writer has seen the promises that it breaks.

    ``seen`` is their number as it stood on the form that was sent; another one in between is shown
    first.

    Raises:
        PromisedError: the writer has seen another number, with the promises.
    """
    found = broken_by(work, row, include_protected=include_protected)
    if len(found) != seen and found:
        raise PromisedError(found)


class PromisedError(InputError):
    """Call-backs were promised for a time in which nobody would be there."""

    def __init__(self, found: list[Promise]) -> None:
        said = _s(
            "この時間に、約束した折り返しがあります。一覧を見てから、もう一度押してください。"
        )
        super().__init__(said, code="promised")
        self.found = found


def _promises(
    work: Work, first: datetime, last_day: date | None = None, *, include_protected: bool
) -> Iterator[Promise]:
    statement = (
        open_call_backs(include_protected)
        .with_only_columns(Task.id, Task.receipt_no, Task.due_at)
        .where(Task.due_at >= first)
        .order_by(Task.due_at, Task.id)
    )
    if last_day is not None:
        end = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=JST)
        statement = statement.where(Task.due_at < end)
    for row in work.session.execute(statement):
        yield Promise(row.id, row.receipt_no, row.due_at)


def _unkept(found: Iterator[Promise], calendar: CallCenterCalendar) -> Iterator[Promise]:
    return (one for one in found if not is_kept(calendar, one.due_at))
