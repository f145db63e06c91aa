"""The figures of a month's call report, beside those of the month before and of all so far."""

from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.kpi import Counts, counted
from portal.domain.contacts.telephony.layouts import LANGUAGES
from portal.domain.contacts.telephony.models import WHOLE_DAY
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.calls.contacts import (
    Contacts,
    count_contacts,
    count_faxes,
    faxes_by_day,
)
from portal.domain.oversight.reports.calls.escalations import EscalationLine, escalation_lines
from portal.domain.oversight.reports.monthly.due import last_of, month_before

ONE_DAY = timedelta(days=1)


class DayLine(Struct, frozen=True):
    """One day of the month.

    ``counts`` is None on closed days, and on open days that nobody has counted yet (``known`` is
    False). ``fax_in`` and ``fax_out`` are FAX received and replies sent.
    """

    day: date
    open: bool
    known: bool
    counts: Counts | None
    languages: dict[str, int]
    fax_in: int
    fax_out: int


class CallMonth(Struct, frozen=True):
    """All figures of one month; ``outside`` are calls in closed hours, which do not count.

    ``before`` is None if nothing was counted in the month before; ``first`` is True if there was
    none.
    """

    month: date
    first: bool
    days: tuple[DayLine, ...]
    half_hours: dict[int, Counts]
    whole_days: Counts
    this: Counts
    before: Counts | None
    all: Counts
    outside: int
    contacts: Contacts
    contacts_before: Contacts
    contacts_all: Contacts
    faxes: tuple[int, int]
    faxes_before: tuple[int, int]
    faxes_all: tuple[int, int]
    escalations: tuple[EscalationLine, ...]
    unfinished: int


def count_month(work: Work, month: date) -> CallMonth:
    """Count a month (given by its first day) by the ward's rules of what counts."""
    last = last_of(month)
    cells = queries.cells(work.session, month, last)
    mine = [cell for cell in cells if queries.counts_here(work.program, cell.day, cell.half_hour)]
    halves: dict[int, Counts] = {}
    for cell in mine:
        halves[cell.half_hour] = halves.get(cell.half_hour, Counts()) + counted(
            cell.counts, work.program.calls
        )
    before, start = month_before(month), work.program.calendar.first_day
    return CallMonth(
        month=month,
        first=month <= start,
        days=_days(work, month, mine),
        whole_days=halves.pop(WHOLE_DAY, Counts()),
        half_hours={half: halves[half] for half in sorted(halves)},
        this=_sum(work, month, last),
        before=_sum(work, before, last_of(before))
        if start < month and _counted(work.session, before)
        else None,
        all=_sum(work, min(start, month), last),
        outside=sum(cell.counts.offered for cell in cells)
        - sum(cell.counts.offered for cell in mine),
        contacts=count_contacts(work.session, month, last),
        contacts_before=count_contacts(work.session, before, last_of(before)),
        contacts_all=count_contacts(work.session, min(start, month), last),
        faxes=count_faxes(work.session, month, last),
        faxes_before=count_faxes(work.session, before, last_of(before)),
        faxes_all=count_faxes(work.session, min(start, month), last),
        escalations=escalation_lines(work.session, month, last),
        unfinished=work.session.scalar(
            select(func.count()).where(Call.day.between(month, last), Call.state != ENDED)
        )
        or 0,
    )


def _counted(session: Session, month: date) -> bool:
    return bool(queries.days_known(session, month, last_of(month)))


def _sum(work: Work, first: date, last: date) -> Counts:
    """Return the sum of a period.

    The rules apply per half hour, and half hours add up, so they may be applied to the day's sum.
    """
    result = Counts()
    for counts in queries.by_day(work, first, last).values():
        result += counted(counts, work.program.calls)
    return result


def _days(work: Work, month: date, cells: list[queries.Cell]) -> tuple[DayLine, ...]:
    last = last_of(month)
    known = queries.days_known(work.session, month, last)
    by_day: dict[date, list[queries.Cell]] = {}
    for cell in cells:
        by_day.setdefault(cell.day, []).append(cell)
    received, replied = faxes_by_day(work.session, month, last)
    lines = []
    for index in range((last - month).days + 1):
        day = month + ONE_DAY * index
        here = [
            (cell.language, counted(cell.counts, work.program.calls))
            for cell in by_day.get(day, [])
        ]
        total, languages = Counts(), dict.fromkeys(LANGUAGES, 0)
        for language, counts in here:
            total += counts
            languages[language] += counts.offered
        lines.append(
            DayLine(
                day=day,
                open=work.program.calendar.is_staffed(day),
                known=day in known and known[day].whole,
                counts=total if here else None,
                languages=languages,
                fax_in=received.get(day, 0),
                fax_out=replied.get(day, 0),
            )
        )
    return tuple(lines)
