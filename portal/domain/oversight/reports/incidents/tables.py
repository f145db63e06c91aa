"""Tables of accidents, refused coupons and downtime for the monthly reports."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import downtime, queries
from portal.domain.mailroom.incidents.availability import availability
from portal.domain.mailroom.incidents.kinds import DownPart, IncidentKind
from portal.domain.oversight.reports.tables import ReportTable


def month_tables(work: Work, start: datetime, end: datetime) -> list[ReportTable]:
    """Return accidents, refused coupons and downtime of a period; ``end`` is exclusive."""
    found = queries.month_figures(work.session, start, end)
    return [
        incidents_table(work, start, end),
        ReportTable(
            _s("お店で使えなかったクーポン"),
            (_s("区分"), _s("件数")),
            [
                (_s("新しい件数"), found.faults_new),
                (_s("差し替えた件数"), found.faults_replaced),
                (_s("月の終わりに調査中"), found.faults_open),
            ],
        ),
        downtime_table(work, start, end),
    ]


def incidents_table(work: Work, start: datetime, end: datetime) -> ReportTable:
    """Return the accidents that became known in a period; ``end`` is exclusive."""
    return ReportTable(
        _s("事故"),
        (_s("知った時"), _s("番号"), _s("種類"), _s("区に知らせた時")),
        [
            (
                minute_text(row.known_at),
                row.number,
                label_of(IncidentKind, row.kind),
                minute_text(row.ward_told_at) or "–",
            )
            for row in queries.month_figures(work.session, start, end).incidents
        ],
        empty=_s("事故はありません。"),
    )


def something_happened(work: Work, start: datetime, end: datetime) -> bool:
    """Return whether an accident became known, or something stopped unplanned, in a period."""
    stops = downtime.downtime_between(work.session, start, end)
    return any(not row.planned for row in stops) or bool(
        queries.month_figures(work.session, start, end).incidents
    )


def downtime_table(work: Work, start: datetime, end: datetime) -> ReportTable:
    """Return the downtime of a period, each with its times and when it was announced."""
    rows = downtime.downtime_between(work.session, start, end)
    minutes = downtime.minutes_between(work.session, downtime.Span(start, end), work.now)
    return ReportTable(
        _s("止まった時間"),
        (_s("止まったもの"), _s("始まり"), _s("終わり"), _s("計画停止"), _s("知らせた時")),
        [
            (
                label_of(DownPart, row.what),
                minute_text(row.starts_at),
                minute_text(row.ends_at) or _s("続いています"),
                _s("はい") if row.planned else _s("いいえ"),
                minute_text(row.announced_at) or "–",
            )
            for row in rows
        ],
        (
            _s("合計（分）"),
            "",
            "",
            _s("計画 %(n)s") % {"n": sum(one.planned for one in minutes)},
            _s("計画外 %(n)s") % {"n": sum(one.unplanned for one in minutes)},
        ),
        empty=_s("止まった時間はありません。"),
    )


def availability_table(work: Work) -> ReportTable:
    """Return how much of the contract's present year each part was there, with the limit."""
    percent = work.program.availability_percent
    title = _s("契約の年の稼働率")
    if percent is not None:
        title = _s("契約の年の稼働率（限度 %(percent)s%%）") % {"percent": f"{percent:g}"}
    return ReportTable(
        title,
        (
            _s("止まったもの"),
            _s("稼働率（％）"),
            _s("計画停止（分）"),
            _s("計画外（分）"),
            _s("1年に止まってよい時間（分）"),
        ),
        [
            (
                one.part.label,
                f"{one.percent:.3f}",
                one.planned,
                one.unplanned,
                "–" if one.allowed is None else one.allowed,
            )
            for one in availability(work)
        ],
    )


def planned_stops_table(session: Session, start: datetime) -> ReportTable:
    """Return the downtime planned from an instant on, with the times of announcement."""
    return ReportTable(
        _s("これからの計画停止"),
        (_s("止まるもの"), _s("始まり"), _s("終わり"), _s("知らせた時")),
        [
            (
                label_of(DownPart, row.what),
                minute_text(row.starts_at),
                minute_text(row.ends_at),
                minute_text(row.announced_at),
            )
            for row in downtime.planned_from(session, start)
        ],
        empty=_s("計画停止の予定はありません。"),
    )
