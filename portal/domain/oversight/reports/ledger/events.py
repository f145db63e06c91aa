"""The events behind a figure.

Who may not know which families are protected gets them counted by day: a list of letters without
those families would tell, by what lacks, how many there are (decision 0064). The ward opens the
letters themselves.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, Subquery, func, literal, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.categories import Category
from portal.domain.contacts.calls.kinds import CallChannel, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.kpi import Counts, counted
from portal.domain.contacts.telephony.models import WHOLE_DAY
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import MailClass, ReturnReason
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.models import TrackingEvent
from portal.domain.mailroom.tracking.words import Status
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.ledger.children import children_table, declined
from portal.domain.oversight.reports.ledger.kinds import OF_LETTERS, OF_LINES, Figure
from portal.domain.oversight.reports.tables import Cell, ReportTable
from portal.domain.requests.requests.models import Request

PAGE = 50
Row = Sequence[Cell]


class OpenedEvent(Struct, frozen=True):
    """One event of a letter: its JST day, and whose letter it is."""

    shipment_id: int
    day: date
    what: str
    letter_number: str
    household_id: int
    children: int
    yen: int


def counted_events(work: Work, figure: Figure, days: Days) -> ReportTable:
    """Return the events of a figure, counted by day and by what happened, without any family."""
    if figure in OF_LETTERS:
        return _letters(work.session, figure, days)
    if figure is Figure.DECLINED:
        return _declines(work.session, days)
    return _lines(work, figure, days) if figure in OF_LINES else _contacts(work, figure, days)


def opened_events(
    session: Session, figure: Figure, days: Days, after: int
) -> Sequence[OpenedEvent]:
    """Return a page of the letters behind a figure and one more, ordered by posting.

    Only for who may know of every family. ``after`` is the key of the last posting of the page
    before.
    """
    found = _of_letters(figure, days).subquery()
    rows = session.execute(
        select(
            Shipment.id,
            found.c.day,
            found.c.mail_class,
            found.c.word,
            Letter.number,
            Shipment.household_id,
            Letter.children,
            Letter.amount_yen,
        )
        .join(found, found.c.id == Shipment.id)
        .join(Letter, Letter.id == Shipment.letter_id)
        .where(Shipment.id > after)
        .order_by(Shipment.id)
        .limit(PAGE + 1)
    )
    return [
        OpenedEvent(key, day, _what(figure, mail_class, word), *rest)
        for key, day, mail_class, word, *rest in rows
    ]


def _of_letters(figure: Figure, days: Days) -> Select[Any]:
    """Return key, day, class and reason (of a return) of each letter that the figure counts."""
    reason = Shipment.returned_reason if figure is Figure.RETURNED else literal("")
    letters = select(Shipment.id, Shipment.mail_class, reason.label("word")).where(
        Shipment.letter_id.is_not(None)
    )
    if figure is Figure.ABSENT:
        first = _first_absences(days)
        return letters.add_columns(first.c.day.label("day")).join(
            first, first.c.shipment_id == Shipment.id
        )
    column = {
        Figure.POSTED: Shipment.posted_on,
        Figure.DELIVERED: Shipment.delivered_on,
        Figure.RETURNED: Shipment.returned_on,
    }[figure]
    return letters.add_columns(column.label("day")).where(days.has(column))


def _first_absences(days: Days) -> Subquery:
    return (
        select(TrackingEvent.shipment_id, func.min(TrackingEvent.happened_on).label("day"))
        .where(
            TrackingEvent.status == Status.ABSENT,
            TrackingEvent.shipment_id.is_not(None),
            days.has(TrackingEvent.happened_on),
        )
        .group_by(TrackingEvent.shipment_id)
        .subquery()
    )


def _what(figure: Figure, mail_class: str | None, word: str | None) -> str:
    if figure is Figure.RETURNED:
        return label_of(ReturnReason, word or "") or _s("未確認")
    return label_of(MailClass, mail_class or "") or _s("未確認")


def _letters(session: Session, figure: Figure, days: Days) -> ReportTable:
    found = _of_letters(figure, days).subquery()
    keys = (found.c.day, found.c.mail_class, found.c.word)
    rows = session.execute(
        select(*keys, func.count(), func.sum(Letter.children), func.sum(Letter.amount_yen))
        .join(Shipment, Shipment.id == found.c.id)
        .join(Letter, Letter.id == Shipment.letter_id)
        .group_by(*keys)
        .order_by(*keys)
    )
    by_what: dict[tuple[date, str], list[int]] = {}
    for day, mail_class, word, *numbers in rows:
        sums = by_what.setdefault((day, _what(figure, mail_class, word)), [0, 0, 0])
        for place, number in enumerate(numbers):
            sums[place] += int(number)
    lines: list[Row] = [(day.isoformat(), what, *sums) for (day, what), sums in by_what.items()]
    kind = _s("理由") if figure is Figure.RETURNED else _s("種類")
    return _table(figure, (kind, _s("通数"), _s("こども（人）"), _s("金額（円）")), lines)


def _declines(session: Session, days: Days) -> ReportTable:
    found = declined(session, days.spans(Request.received_at))
    return children_table(
        Figure.DECLINED.label, _s("方法"), found, empty=_s("この月はありません。")
    )


def _lines(work: Work, figure: Figure, days: Days) -> ReportTable:
    by_half: dict[tuple[date, int], Counts] = {}
    for cell in queries.cells(work.session, days.first, days.last):
        if queries.counts_here(work.program, cell.day, cell.half_hour):
            key = (cell.day, cell.half_hour)
            counts = counted(cell.counts, work.program.calls)
            by_half[key] = by_half.get(key, Counts()) + counts
    lines: list[Row] = [
        (day.isoformat(), _half_hour(half), cases)
        for (day, half), counts in sorted(by_half.items())
        if (cases := int(getattr(counts, figure.value)))
    ]
    return _table(figure, (_s("時間帯"), _s("件数")), lines)


def _half_hour(half: int) -> str:
    if half == WHOLE_DAY:
        return _s("1日の合計")
    return f"{half // 2}:{half % 2 * 30:02}–{(half + 1) // 2}:{(half + 1) % 2 * 30:02}"


def _contacts(work: Work, figure: Figure, days: Days) -> ReportTable:
    keys = (Call.day, Call.category)
    rows = work.session.execute(
        select(*keys, func.count())
        .where(
            Call.day.between(days.first, days.last),
            Call.state == ENDED,
            Call.direction == Direction.INBOUND,
            Call.channel == CallChannel(figure.value),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    lines: list[Row] = [
        (day.isoformat(), label_of(Category, category or "") or _s("分類なし"), int(cases))
        for day, category, cases in rows
    ]
    return _table(figure, (_s("分類"), _s("件数")), lines)


def _table(figure: Figure, columns: Sequence[str], lines: Sequence[Row]) -> ReportTable:
    sums: list[Cell] = [
        sum(int(line[place]) for line in lines) for place in range(2, len(columns) + 1)
    ]
    total: Row = (_s("合計"), "", *sums) if lines else ()
    return ReportTable(figure.label, (_s("日"), *columns), lines, total, _s("この月はありません。"))
