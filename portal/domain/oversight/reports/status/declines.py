"""辞退件数報告書 (specification 8(3)): households, children and yen by channel and day.

Explicit and deemed declines are counted separately.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import Struct
from sqlalchemy import func, select

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.ledger.children import DeclineFigure
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import OPEN, DeclineState
from portal.domain.requests.requests.models import Request

CHANNELS = tuple(channel for channel in Channel if channel is not Channel.COMMAND)


@dataclass(frozen=True, slots=True)
class Figures:
    """Households, children and yen; a household counts once in each figure."""

    households: int = 0
    children: int = 0
    yen: int = 0


class Declines(Struct, frozen=True):
    """The declines: accepted by channel and by (day, channel), in total, pending, and deemed."""

    by_channel: dict[str, Figures]
    by_day: dict[tuple[date, str], Figures]
    accepted: Figures
    pending: Figures
    deemed: Figures
    window_over: bool


def count_declines(work: Work) -> Declines:
    """Count declines by the day (JST) of receipt; withdrawn and refused ones do not count."""
    rows = work.session.execute(
        select(
            DeclineItem.state,
            Request.channel,
            Request.received_at,
            Request.household_id,
            Entitlement.amount_yen,
        )
        .join(Request, Request.id == DeclineItem.request_id)
        .join(Entitlement, Entitlement.id == DeclineItem.entitlement_id)
        .where(DeclineItem.state.in_((DeclineState.ACCEPTED, *OPEN)))
    ).all()
    accepted = [row for row in rows if row[0] == DeclineState.ACCEPTED]
    days: dict[tuple[date, str], list[Sequence[object]]] = {}
    channels: dict[str, list[Sequence[object]]] = {channel.value: [] for channel in CHANNELS}
    for row in accepted:
        channels.setdefault(row[1], []).append(row)
        days.setdefault((jst_date(row[2]), row[1]), []).append(row)
    deemed = work.session.execute(
        select(
            func.count(Entitlement.household_id.distinct()),
            func.count(),
            func.coalesce(func.sum(Entitlement.amount_yen), 0),
        ).where(Entitlement.state == EntitlementState.DEEMED_DECLINED)
    ).one()
    return Declines(
        by_channel={channel: _figures(found) for channel, found in channels.items()},
        by_day={key: _figures(days[key]) for key in sorted(days)},
        accepted=_figures(accepted),
        pending=_figures(row for row in rows if row[0] in OPEN),
        deemed=Figures(int(deemed[0]), int(deemed[1]), int(deemed[2])),
        window_over=work.program.windows.decline.is_over(work.now),
    )


def _figures(rows: Iterable[Sequence[object]]) -> Figures:
    households: set[object] = set()
    children = yen = 0
    for row in rows:
        households.add(row[3])
        children += 1
        yen += row[4] if isinstance(row[4], int) else 0
    return Figures(len(households), children, yen)


def decline_report(work: Work) -> Report:
    """Write the report; it is marked provisional until the window for declines has closed."""
    found = count_declines(work)
    window = work.program.windows.decline
    draft = "" if found.window_over else _s("（受付中の速報）")
    return Report(
        title=_s("辞退件数報告書") + draft,
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("受付期間"), f"{format_wareki(window.first_day)}–{format_wareki(window.last_day)}"),
            (_s("集計した時"), minute_text(work.now)),
        ),
        tables=_tables(found),
        notes=(
            _s("受付日は、ポータルは送信した日、郵便とFAXと窓口は期限の判定に使う日です。"),
            _s(
                "1世帯が2つの方法や日で辞退したときは、それぞれの行で1世帯と数えるため、"
                "世帯数の合計は行の和と違うことがあります。"
            ),
            _s(
                "まだ決まっていない%(households)s世帯、こども%(children)s人、%(yen)s円"
                "（審査中、本人に戻したもの、発行者の確認待ち）は、含みません。"
            )
            % {
                "households": f"{found.pending.households:,}",
                "children": f"{found.pending.children:,}",
                "yen": f"{found.pending.yen:,}",
            },
        ),
    )


def _tables(found: Declines) -> tuple[ReportTable, ...]:
    columns = (_s("世帯数"), _s("こども（人）"), _s("金額（円）"))
    return (
        ReportTable(
            _s("まとめ"),
            (_s("区分"), *columns),
            (
                (_s("辞退（届出による）"), *_cells(found.accepted)),
                (_s("みなし辞退"), *_cells(found.deemed)),
            ),
            (_s("合計"), *_cells(_sum(found.accepted, found.deemed))),
            opens=(DeclineFigure.ACCEPTED, DeclineFigure.DEEMED),
        ),
        ReportTable(
            _s("受付の方法別"),
            (_s("方法"), *columns),
            [
                (label_of(Channel, channel), *_cells(figures))
                for channel, figures in found.by_channel.items()
            ],
            opens=[DeclineFigure.known(channel) or "" for channel in found.by_channel],
        ),
        ReportTable(
            _s("日別"),
            (_s("受付日"), _s("方法"), *columns),
            [
                (day.isoformat(), label_of(Channel, channel), *_cells(figures))
                for (day, channel), figures in found.by_day.items()
            ],
            empty=_s("辞退はありません。"),
        ),
    )


def _cells(figures: Figures) -> tuple[int, int, int]:
    return figures.households, figures.children, figures.yen


def _sum(one: Figures, other: Figures) -> Figures:
    return Figures(
        one.households + other.households, one.children + other.children, one.yen + other.yen
    )
