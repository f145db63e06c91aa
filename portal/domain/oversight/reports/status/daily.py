"""今日の速報: children and yen by state on one page, and the last days, for the assembly."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.desk.casework.deliveries import deliveries
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.models import Shipment
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.deliveries_table import deliveries_table
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.oversight.settlement.states import final_label
from portal.domain.people.coupons.differences import latest_day
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.entitlements.states import FINAL, OPEN, EntitlementState

DAYS = 28


class Series(Labeled):
    """What is counted per day, with its label in the report."""

    POSTED = "posted", lambda: _s("差し出した手紙")
    DELIVERED = "delivered", lambda: _s("届いた手紙")
    RETURNED = "returned", lambda: _s("戻った手紙")
    SIGNED_IN = "signed_in", lambda: _s("はじめてのサインイン")
    EXCHANGED = "exchanged", lambda: _s("交換の記録（こども）")


class Daily(Struct, frozen=True):
    """Counts per JST day, starting with ``first``; each series has one number per day."""

    first: date
    series: Mapping[Series, Sequence[int]]

    @property
    def days(self) -> Sequence[date]:
        """The days, in order."""
        count = len(next(iter(self.series.values())))
        return [self.first + timedelta(days=n) for n in range(count)]


def daily(session: Session, now: datetime, days: int = DAYS) -> Daily:
    """Count the last ``days`` JST days, today included.

    Letters posted, delivered and returned, first sign-ins, and exchanges.
    """
    last = jst_date(now)
    first = last - timedelta(days=days - 1)
    span = Days(first, last)
    found = {
        Series.POSTED: _of_days(session, Shipment.posted_on, span),
        Series.DELIVERED: _of_days(session, Shipment.delivered_on, span),
        Series.RETURNED: _of_days(session, Shipment.returned_on, span),
        Series.SIGNED_IN: _of_instants(session, Credential.activated_at, span),
        Series.EXCHANGED: _of_instants(
            session, AuditEvent.at, span, AuditEvent.action == "coupon.import_full"
        ),
    }
    return Daily(
        first,
        {
            name: [counts.get(first + timedelta(days=n), 0) for n in range(days)]
            for name, counts in found.items()
        },
    )


def _of_days(
    session: Session, day: InstrumentedAttribute[date | None], span: Days
) -> Mapping[date, int]:
    rows = session.execute(
        select(day, func.count())
        .where(Shipment.letter_id.is_not(None), span.has(day))
        .group_by(day)
    )
    return {on: int(count) for on, count in rows if on is not None}


def _of_instants(
    session: Session,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    span: Days,
    *conditions: ColumnElement[bool],
) -> Mapping[date, int]:
    # the day of an instant in Japan: databases agree on it only in Python
    instants = session.scalars(select(column).where(span.spans(column), *conditions))
    found: dict[date, int] = {}
    for at in instants:
        if at is not None:
            found[jst_date(at)] = found.get(jst_date(at), 0) + 1
    return found


def _state_label(state: EntitlementState) -> str:
    if state is EntitlementState.IN_PROGRESS:
        return _s("手続き中・配布中")
    return state.label if state in OPEN else final_label(state)


def today_report(work: Work) -> Report:
    """Write the page for the assembly: states, deliveries, and the last four weeks."""
    reported = latest_day(work.session)
    return Report(
        title=_s("今日の速報"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("集計した時"), minute_text(work.now)),
            (_s("利用明細の基準日"), format_wareki(reported) if reported else _s("まだありません")),
        ),
        tables=(
            _states_table(work.session),
            deliveries_table(
                _s("配達の数（3つの数え方）"),
                deliveries(work.session, work.program.delivered_means),
                wide=0,
            ),
            _days_table(daily(work.session, work.now)),
        ),
        notes=(
            _s(
                "「不着・受け取りなし」は、配達済みと数えられないまま、清算を締めたこどもです。"
                "手紙が届いたかどうかは、清算書が分けて数えます。締めるまでは「手続き中・配布中」に入ります。"
            ),
        ),
    )


def _states_table(session: Session) -> ReportTable:
    sums = totals(session)
    rows = [
        (_state_label(state), sums.by_state[state].children, sums.by_state[state].yen)
        for state in (*OPEN, *FINAL)
    ]
    return ReportTable(
        _s("状態別"),
        (_s("状態"), _s("こども（人）"), _s("金額（円）")),
        rows,
        (_s("合計"), sums.all.children, sums.all.yen),
        wide=0,
    )


def _days_table(counted: Daily) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (day.isoformat(), *(counted.series[name][at] for name in Series))
        for at, day in enumerate(counted.days)
    ]
    total: tuple[Cell, ...] = (_s("合計"), *(sum(counted.series[name]) for name in Series))
    columns = (_s("日"), *(name.label for name in Series))
    return ReportTable(_s("この4週間"), columns, rows, total, charts=tuple(range(1, len(columns))))
