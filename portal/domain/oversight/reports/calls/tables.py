"""The month's call report as tables, in the ward's reading order (``domain.md`` §5.7)."""

from collections.abc import Sequence

from portal.domain.contacts.calls.categories import CATEGORIES, Category, Subcategory
from portal.domain.contacts.escalations.states import EscalationState
from portal.domain.contacts.telephony import kpi
from portal.domain.contacts.telephony.kpi import NONE, Counts
from portal.domain.contacts.telephony.layouts import LANGUAGES
from portal.domain.foundation.program.day_text import weekday_name
from portal.domain.foundation.texts import _s, label_of
from portal.domain.oversight.reports.calls.figures import CallMonth, DayLine
from portal.domain.oversight.reports.monthly.notes import Note
from portal.domain.oversight.reports.tables import Cell, ReportTable

Row = Sequence[Cell]
OFFERED_COLUMN, ANSWERED_COLUMN = 3, 4
"""Columns of the table of days that are drawn as well."""


def daily(found: CallMonth) -> ReportTable:
    """Return table 2: every day of the month, and their sum; a closed day has "–"."""
    columns = (
        _s("日"),
        _s("曜"),
        _s("稼働"),
        _s("着信"),
        _s("応答"),
        _s("放棄"),
        _s("応答率"),
        _s("日本語"),
        _s("英語"),
        _s("中国語"),
        _s("韓国語"),
        _s("ほか"),
        _s("FAX受"),
        _s("FAX返"),
    )
    total: Row = (
        _s("合計"),
        "",
        "",
        found.this.offered,
        found.this.answered,
        found.this.abandoned,
        kpi.answer_rate(found.this),
        *(sum(line.languages[language] for line in found.days) for language in LANGUAGES),
        sum(line.fax_in for line in found.days),
        sum(line.fax_out for line in found.days),
    )
    rows = [_day(line) for line in found.days]
    return ReportTable(_s("日別"), columns, rows, total, charts=(OFFERED_COLUMN, ANSWERED_COLUMN))


def _day(line: DayLine) -> Row:
    state = _s("休") if not line.open else _s("稼働") if line.known else _s("未集計")
    head = (line.day.day, weekday_name(line.day), state)
    faxes = (
        (line.fax_in, line.fax_out) if line.open else (line.fax_in or NONE, line.fax_out or NONE)
    )
    if line.counts is None:
        return (*head, *(NONE,) * 9, *faxes)
    numbers = (line.counts.offered, line.counts.answered, line.counts.abandoned)
    rate = kpi.answer_rate(line.counts) if line.open else NONE
    return (*head, *numbers, rate, *(line.languages[language] for language in LANGUAGES), *faxes)


def half_hours(found: CallMonth) -> ReportTable:
    """Return table 3: the half hours of the day over the month.

    Days typed as a whole have no half hours and get a row of their own.
    """
    rows = [_half_hour(half_hour_name(half), counts) for half, counts in found.half_hours.items()]
    if found.whole_days.offered:
        rows.append(_half_hour(_s("時間帯の記録なし（日別の入力）"), found.whole_days))
    columns = (_s("時間帯"), _s("着信"), _s("応答"), _s("放棄"), _s("応答率"), _s("サービスレベル"))
    return ReportTable(
        _s("時間帯別"),
        columns,
        rows,
        _half_hour(_s("合計"), found.this) if rows else (),
        _s("電話はありませんでした。"),
        wide=0,
        charts=(1,),
    )


def _half_hour(label: str, counts: Counts) -> Row:
    return (
        label,
        counts.offered,
        counts.answered,
        counts.abandoned,
        kpi.answer_rate(counts),
        kpi.service_level(counts),
    )


def half_hour_name(half: int) -> str:
    """Format a half hour: 18 is 9:00–9:30."""
    return f"{half // 2}:{half % 2 * 30:02}–{(half + 1) // 2}:{(half + 1) % 2 * 30:02}"


def categories(found: CallMonth) -> ReportTable:
    """Return table 4: the callers' questions by category, with their share of all contacts."""
    contacts = found.contacts
    every = contacts.all
    rows: list[Row] = []
    for first, seconds in CATEGORIES.items():
        here = [(second, contacts.by_category.get((first, second), 0)) for second in seconds]
        count = sum(number for _second, number in here)
        name = label_of(Category, first)
        rows.append((name, _s("（計）"), count, kpi.percent(count, every)))
        rows += [
            (name, second.label, number, kpi.percent(number, every))
            for second, number in here
            if number
        ]
    for (first, second), number in contacts.by_category.items():
        if second not in CATEGORIES.get(first, ()):
            names = label_of(Category, first), label_of(Subcategory, second)
            rows.append((*names, number, kpi.percent(number, every)))
    if contacts.without_category:
        rows.append(
            (
                _s("分類なし"),
                "",
                contacts.without_category,
                kpi.percent(contacts.without_category, every),
            )
        )
    total = (_s("合計"), "", every, kpi.percent(every, every))
    return ReportTable(_s("分類別"), (_s("分類"), _s("内訳"), _s("件数"), _s("割合")), rows, total)


def notable(notes: Sequence[Note]) -> ReportTable:
    """Return table 5: questions, opinions, complaints and shared matters, written by people."""
    rows = [(note.kind.label, note.text) for note in notes]
    columns = (_s("種類"), _s("内容"))
    return ReportTable(
        _s("主な問い合わせ、意見、苦情、共有事項"),
        columns,
        rows,
        empty=_s("特にありません。"),
        wide=1,
    )


def escalations(found: CallMonth) -> ReportTable:
    """Return table 6: the questions passed to the ward and whether it answered, not their text."""
    rows = [
        (
            line.raised_on.isoformat(),
            line.kind.label,
            line.due_on.isoformat(),
            _s("回答ずみ")
            if line.answered_on is not None and line.state != EscalationState.OPEN
            else _s("回答待ち"),
            line.answered_on.isoformat() if line.answered_on is not None else NONE,
            line.instruction_no or NONE,
        )
        for line in found.escalations
    ]
    columns = (_s("引継日"), _s("種類"), _s("期限"), _s("状態"), _s("回答日"), _s("指示書の番号"))
    return ReportTable(_s("区への引継と回答"), columns, rows, empty=_s("区への引継はありません。"))
