"""What the month's call report counts.

By day, half hour and category, this month, the one before, and all so far.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.kinds import CallChannel, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.services import ADVERTISEMENT, DUPLICATE, WRONG_NUMBER
from portal.domain.contacts.faxes.states import SENT
from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.kpi import Counts, counted
from portal.domain.contacts.telephony.layouts import LANGUAGES
from portal.domain.contacts.telephony.models import WHOLE_DAY
from portal.domain.foundation.clock import day_end, day_start, jst_date
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.due import last_of, month_before

WITHDRAWN = "withdrawn"
ONE_DAY = timedelta(days=1)
ASKED = (CallChannel.PHONE.value, CallChannel.FAX.value, CallChannel.COUNTER.value)
"""Contacts that are questions to us; entering a paper form is none."""
NO_QUESTION = (ADVERTISEMENT, DUPLICATE, WRONG_NUMBER)
"""FAX that were closed so are not counted as received."""


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day.

    ``counts`` is None on closed days, and on open ones that nobody has counted yet (``known`` is
    False).

    ``fax_in`` and ``fax_out`` are FAX received and replies sent.
    """

    day: date
    open: bool
    known: bool
    counts: Counts | None
    languages: dict[str, int]
    fax_in: int
    fax_out: int


@dataclass(frozen=True, slots=True)
class Contacts:
    """What people recorded: contacts of callers by channel, and what is worth knowing of them.

    ``passed`` counts the questions that were passed to the ward, as the table of them does,
    whatever the call says.
    """

    by_channel: dict[str, int]
    by_category: dict[tuple[str, str], int]
    without_category: int
    complaints: int
    passed: int
    interpreted: int
    interpreter_minutes: int
    three_way: int
    three_way_minutes: int
    relayed: int

    @property
    def all(self) -> int:
        """All contacts."""
        return sum(self.by_channel.values())


@dataclass(frozen=True, slots=True)
class EscalationLine:
    """One question passed to the ward.

    ``answered_on`` and ``instruction_no`` are of its newest answer.
    """

    raised_on: date
    kind: str
    due_on: date
    state: str
    answered_on: date | None
    instruction_no: str


@dataclass(frozen=True, slots=True)
class CallMonth:
    """All figures of one month; ``outside`` are calls of closed hours that the figures leave out.

    ``before`` is None where nothing was counted in the month before, ``first``: there was none.
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
    """Count a month (its first day) with the ward's rules of what counts."""
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
        faxes=_faxes(work.session, month, last),
        faxes_before=_faxes(work.session, before, last_of(before)),
        faxes_all=_faxes(work.session, min(start, month), last),
        escalations=_escalations(work.session, month, last),
        unfinished=work.session.scalar(
            select(func.count()).where(Call.day.between(month, last), Call.state != ENDED)
        )
        or 0,
    )


def _counted(session: Session, month: date) -> bool:
    return bool(queries.days_known(session, month, last_of(month)))


def _sum(work: Work, first: date, last: date) -> Counts:
    """Return the sum of a period.

    What is counted per half hour adds up, so it may be applied to the sum.
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
    received, replied = _faxes_by_day(work.session, month, last)
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


def count_contacts(session: Session, first: date, last: date) -> Contacts:
    """Count what callers asked from ``first`` to ``last``; calls that we made ourselves are none."""
    asked = (
        Call.day.between(first, last),
        Call.state == ENDED,
        Call.direction == Direction.INBOUND.value,
        Call.channel.in_(ASKED),
    )
    rows = session.execute(
        select(Call.channel, Call.category, Call.subcategory, func.count())
        .where(*asked)
        .group_by(Call.channel, Call.category, Call.subcategory)
    ).all()
    channels, without = dict.fromkeys(ASKED, 0), 0
    categories: dict[tuple[str, str], int] = {}
    for channel, category, subcategory, count in rows:
        channels[channel] += count
        if category is None:
            without += count
            continue
        key = (category, subcategory or "")
        categories[key] = categories.get(key, 0) + count
    marks = session.execute(
        select(
            func.count().filter(Call.complaint),
            func.count(Call.interpreter_minutes),
            func.coalesce(func.sum(Call.interpreter_minutes), 0),
            func.count(Call.three_way_minutes),
            func.coalesce(func.sum(Call.three_way_minutes), 0),
            func.count().filter(Call.relay_service),
        ).where(*asked)
    ).one()
    complaints, *numbers = [int(value) for value in marks]
    passed = session.scalar(select(func.count()).where(*_passed_on(first, last))) or 0
    return Contacts(channels, categories, without, complaints, passed, *numbers)


def _passed_on(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a question one that was passed to the ward from ``first`` to ``last``, for sum and table alike."""
    return (
        Escalation.raised_at >= day_start(first),
        Escalation.raised_at < day_end(last),
        Escalation.state != WITHDRAWN,
    )


def _faxes(session: Session, first: date, last: date) -> tuple[int, int]:
    received, replied = _faxes_by_day(session, first, last)
    return sum(received.values()), sum(replied.values())


def _faxes_by_day(
    session: Session, first: date, last: date
) -> tuple[dict[date, int], dict[date, int]]:
    """Return FAX received, by the day in their header line, and replies that were sent, by the day of sending."""
    received = session.execute(
        select(FaxCase.day, func.count())
        .where(
            FaxCase.day.between(first, last),
            func.coalesce(FaxCase.close_reason, "").not_in(NO_QUESTION),
        )
        .group_by(FaxCase.day)
    ).all()
    replied = session.execute(
        select(FaxReply.sent_on, func.count())
        .where(FaxReply.state == SENT, FaxReply.sent_on.between(first, last))
        .group_by(FaxReply.sent_on)
    ).all()
    return (
        {day: count for day, count in received},  # noqa: C416  (dict() of rows does not type)
        {day: count for day, count in replied if day is not None},
    )


def _escalations(session: Session, first: date, last: date) -> tuple[EscalationLine, ...]:
    """Return what was passed to the ward in the month, and what came before and was answered in it or is still open."""
    begin, end = day_start(first), day_end(last)
    newest = select(func.max(EscalationAnswer.id)).group_by(EscalationAnswer.escalation_id)
    answered_here = and_(EscalationAnswer.answered_at >= begin, EscalationAnswer.answered_at < end)
    rows = session.execute(
        select(Escalation, EscalationAnswer)
        .outerjoin(
            EscalationAnswer,
            and_(EscalationAnswer.escalation_id == Escalation.id, EscalationAnswer.id.in_(newest)),
        )
        .where(
            or_(
                and_(*_passed_on(first, last)),
                and_(
                    Escalation.raised_at < begin,
                    Escalation.state != WITHDRAWN,
                    or_(answered_here, Escalation.state == "open"),
                ),
            )
        )
        .order_by(Escalation.raised_at, Escalation.id)
    )
    return tuple(_escalation(row, answer) for row, answer in rows)


def _escalation(row: Escalation, answer: EscalationAnswer | None) -> EscalationLine:
    return EscalationLine(
        raised_on=jst_date(row.raised_at),
        kind=row.kind,
        due_on=row.due_on,
        state=row.state,
        answered_on=jst_date(answer.answered_at) if answer is not None else None,
        instruction_no=(answer.instruction_no or "") if answer is not None else "",
    )
