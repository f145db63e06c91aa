"""Both counts of the figures of a report, and the table that shows where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.ledger.kinds import Amount, Compared, Figure, compare
from portal.domain.oversight.reports.ledger.recount import Agreed, recount_calls, recount_mail
from portal.domain.oversight.reports.tables import Cell, ReportTable

ONE_DAY = timedelta(days=1)


def compared_mail(
    work: Work, days: Days, reported: Mapping[Figure, Amount]
) -> tuple[Compared, ...]:
    """Count the figures of a delivery report a second time."""
    return compare(reported, recount_mail(work.session, days.first, days.last))


def compared_calls(
    work: Work, days: Days, reported: Mapping[Figure, Amount]
) -> tuple[Compared, ...]:
    """Count the figures of a call report a second time."""
    agreed = _agreed(work.program, days)
    return compare(reported, recount_calls(work.session, days.first, days.last, agreed))


def _agreed(program: Program, days: Days) -> Agreed:
    calendar, hours = program.calendar, {}
    for index in range((days.last - days.first).days + 1):
        day = days.first + ONE_DAY * index
        found = calendar.hours_on(day) if calendar.is_staffed(day) else None
        if found is not None:
            hours[day] = (found.opens, found.closes)
    return Agreed(
        hours,
        program.calls.out_of_hours_counts,
        program.calls.busy_counts,
        program.calls.short_abandoned_counts,
    )


def recount_facts(found: Sequence[Compared]) -> tuple[tuple[str, str], ...]:
    """Return what the first page says of the recount."""
    wrong = [one.figure.label for one in found if not one.agrees]
    said = _s("合わない数字があります: %(names)s") % {"names": "、".join(wrong)}
    return ((_s("数えなおし"), said if wrong else _s("すべて一致しています")),)


def red_where_it_differs(table: ReportTable, found: Sequence[Compared]) -> ReportTable:
    """Return a table whose rows stand red where their figure differs from its recount."""
    wrong = {one.figure for one in found if not one.agrees}
    red = tuple(place for place, name in enumerate(table.opens) if name in wrong)
    return replace(table, alarms=red)


def recount_table(found: Sequence[Compared]) -> ReportTable:
    """Return both counts of every figure; those that differ stand red, and say so in words."""
    of_families = any(one.figure.has_families for one in found)
    yen = (_s("この報告書（円）"), _s("数えなおし（円）")) if of_families else ()
    rows: list[tuple[Cell, ...]] = [
        (
            one.figure.label,
            one.reported.cases,
            one.recounted.cases,
            *((one.reported.yen, one.recounted.yen) if of_families else ()),
            _s("一致") if one.agrees else _s("合いません"),
        )
        for one in found
    ]
    return ReportTable(
        _s("数えなおし（記録から）"),
        (_s("項目"), _s("この報告書"), _s("数えなおし"), *yen, _s("結果")),
        rows,
        wide=0,
        note=_s(
            "数えなおしは、操作の記録、郵便局の記録、電話のシステムの数字から、"
            "報告書とは別の方法で数えた数です。"
        ),
        alarms=tuple(place for place, one in enumerate(found) if not one.agrees),
    )
