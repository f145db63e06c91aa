"""The summary table of a month's call report."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from portal.domain.contacts.calls.kinds import CallChannel
from portal.domain.contacts.telephony import kpi
from portal.domain.contacts.telephony.kpi import NONE, Counts
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.calls.contacts import Contacts
from portal.domain.oversight.reports.calls.figures import CallMonth
from portal.domain.oversight.reports.calls.tables import Row
from portal.domain.oversight.reports.ledger.kinds import OF_CALLS, Figure
from portal.domain.oversight.reports.tables import ReportTable

T = TypeVar("T")


def summary(found: CallMonth, program: Program) -> ReportTable:
    """Return table 1: the month's figures beside those of the month before and of all so far."""
    rows: list[Row] = [
        _compared(label, found.this, found.before, found.all, read) for label, read in _counts()
    ]
    before = found.before or Counts()
    rows += [
        (label, figure(found.this), figure(before), NONE, figure(found.all))
        for label, figure in _rates(program.calls.service_level_seconds)
    ]
    contacts_before = None if found.first else found.contacts_before
    rows += [
        _compared(label, found.contacts, contacts_before, found.contacts_all, read)
        for label, read in _recorded()
    ]
    rows.append(_recorded_share(found))
    faxes_before = None if found.first else found.faxes_before
    rows += [
        _compared(label, found.faxes, faxes_before, found.faxes_all, read)
        for label, read in ((_s("FAXの受信"), _first), (_s("FAXの返信"), _second))
    ]
    columns = (_s("項目"), _s("今月"), _s("前月"), _s("前月比"), _s("累計"))
    figures = {figure.label: figure for figure in OF_CALLS}
    opens = tuple(figures.get(str(row[0]), "") for row in rows)
    return ReportTable(_s("総括"), columns, rows, wide=0, opens=opens)


def _counts() -> Sequence[tuple[str, Callable[[Counts], int]]]:
    return (
        (Figure.OFFERED.label, lambda counts: counts.offered),
        (Figure.ANSWERED.label, lambda counts: counts.answered),
        (Figure.ABANDONED.label, lambda counts: counts.abandoned),
    )


def _rates(seconds: int) -> Sequence[tuple[str, Callable[[Counts], str]]]:
    return (
        (_s("応答率"), kpi.answer_rate),
        (_s("放棄率"), kpi.abandon_rate),
        (_s("サービスレベル（%(n)s秒以内の応答）") % {"n": seconds}, kpi.service_level),
        (_s("平均通話時間 ATT（分:秒）"), kpi.talk_time),
        (_s("平均後処理時間 ACW（分:秒）"), kpi.after_call_time),
        (_s("平均処理時間 AHT（分:秒）"), kpi.handling_time),
    )


def _recorded_share(found: CallMonth) -> Row:
    """Return how many of the answered calls the agents wrote up, in percent.

    Answered calls are the telephone system's, written up ones are the agents': far below 100 %
    means calls without a record, above it records of calls that the system did not count.
    """
    phone = CallChannel.PHONE
    before = NONE
    if found.before is not None and not found.first:
        before = kpi.percent(found.contacts_before.by_channel[phone], found.before.answered)
    return (
        _s("記録した割合（受付の記録: 電話÷応答）"),
        kpi.percent(found.contacts.by_channel[phone], found.this.answered),
        before,
        NONE,
        kpi.percent(found.contacts_all.by_channel[phone], found.all.answered),
    )


def _recorded() -> Sequence[tuple[str, Callable[[Contacts], int]]]:
    return (
        (Figure.PHONE.label, lambda contacts: contacts.by_channel[CallChannel.PHONE]),
        (Figure.FAX.label, lambda contacts: contacts.by_channel[CallChannel.FAX]),
        (Figure.COUNTER.label, lambda contacts: contacts.by_channel[CallChannel.COUNTER]),
        (_s("うち苦情"), lambda contacts: contacts.complaints),
        (_s("区に引き継いだもの"), lambda contacts: contacts.passed),
        (_s("うち通訳の利用"), lambda contacts: contacts.interpreted),
        (_s("通訳の時間（分）"), lambda contacts: contacts.interpreter_minutes),
        (_s("うち三者間通話"), lambda contacts: contacts.three_way),
        (_s("三者間通話の時間（分）"), lambda contacts: contacts.three_way_minutes),
        (_s("うち電話リレーサービス"), lambda contacts: contacts.relayed),
    )


def _first(pair: tuple[int, int]) -> int:
    return pair[0]


def _second(pair: tuple[int, int]) -> int:
    return pair[1]


def _compared(
    label: str, this: T, before: T | None, everything: T, read: Callable[[T], int]
) -> Row:
    earlier = read(before) if before is not None else None
    ratio = kpi.percent(read(this), earlier or 0)
    return label, read(this), NONE if earlier is None else earlier, ratio, read(everything)
