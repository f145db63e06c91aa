"""Figures that count children one by one: those of the settlement, and the declines.

As in ``events``: everybody who reads the report gets them counted by day and by what happened, all
families alike; who may know of every family opens them one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import Labeled, _s, label_of
from portal.domain.oversight.reports.tables import Cell, ReportTable
from portal.domain.oversight.settlement.opening import CountedChild
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.models import Request

PAGE = 50
Row = Sequence[Cell]


class DeclineFigure(Labeled):
    """A figure of the report of declines: the accepted ones, by channel too, and deemed ones."""

    ACCEPTED = "accepted", lambda: _s("辞退（届出による）")
    DEEMED = "deemed", lambda: _s("みなし辞退")
    PORTAL = Channel.PORTAL.value, lambda: Channel.PORTAL.label
    PHONE = Channel.PHONE.value, lambda: Channel.PHONE.label
    FAX = Channel.FAX.value, lambda: Channel.FAX.label
    POST = Channel.POST.value, lambda: Channel.POST.label
    COUNTER = Channel.COUNTER.value, lambda: Channel.COUNTER.label


class OpenedPage(Struct, frozen=True):
    """The children behind a figure, a page of them, and whether more follow the last."""

    rows: Sequence[CountedChild]
    more: bool


def one_page(found: Iterable[CountedChild]) -> OpenedPage:
    """Return the first children of those that follow a key; only for who may know of every one."""
    rows = list(islice(found, PAGE + 1))
    return OpenedPage(rows[:PAGE], len(rows) > PAGE)


def of_declines(session: Session, figure: DeclineFigure, after: int = 0) -> Iterator[CountedChild]:
    """Yield the declines behind a figure, ordered by entitlement from the one after a key on."""
    follows = Entitlement.id > after
    if figure is DeclineFigure.DEEMED:
        return _deemed(session, follows)
    if figure is DeclineFigure.ACCEPTED:
        return declined(session, follows)
    return declined(session, follows, Request.channel == figure.value)


def declined(session: Session, *conditions: ColumnElement[bool]) -> Iterator[CountedChild]:
    """Yield the accepted declines that meet conditions, on the day (JST) that each was received."""
    rows = session.execute(
        select(
            Entitlement.id,
            Entitlement.household_id,
            Entitlement.amount_yen,
            Request.received_at,
            Request.channel,
        )
        .join(DeclineItem, DeclineItem.entitlement_id == Entitlement.id)
        .join(Request, Request.id == DeclineItem.request_id)
        .where(DeclineItem.state == DeclineState.ACCEPTED, *conditions)
        .order_by(Entitlement.id)
    )
    for key, household_id, yen, at, channel in rows:
        yield CountedChild(key, household_id, yen, jst_date(at), label_of(Channel, channel))


def _deemed(session: Session, *conditions: ColumnElement[bool]) -> Iterator[CountedChild]:
    rows = session.execute(
        select(
            Entitlement.id,
            Entitlement.household_id,
            Entitlement.amount_yen,
            Entitlement.changed_at,
        )
        .where(Entitlement.state == EntitlementState.DEEMED_DECLINED, *conditions)
        .order_by(Entitlement.id)
    )
    for key, household_id, yen, at in rows:
        yield CountedChild(
            key, household_id, yen, jst_date(at), EntitlementState.DEEMED_DECLINED.label
        )


def children_table(
    title: str, what: str, found: Iterable[CountedChild], *, empty: str = ""
) -> ReportTable:
    """Return children counted by day and event, without any family.

    A household that is in two rows counts once in each, and once in the total.
    """
    lines: dict[tuple[date, str], tuple[set[int], list[int]]] = {}
    every: set[int] = set()
    for child in found:
        homes, amounts = lines.setdefault((child.day or date.max, child.what), (set(), []))
        homes.add(child.household_id)
        every.add(child.household_id)
        amounts.append(child.yen)
    rows: list[Row] = [
        (_written(day), event, len(homes), len(yen), sum(yen))
        for (day, event), (homes, yen) in sorted(lines.items())
    ]
    return ReportTable(
        title,
        (_s("日"), what, _s("世帯数"), _s("こども（人）"), _s("金額（円）")),
        rows,
        _total(rows, len(every)),
        empty or _s("ありません。"),
        note=_why_households_differ(rows, len(every)),
    )


def _written(day: date) -> str:
    return "–" if day == date.max else day.isoformat()


def _total(rows: Sequence[Row], households: int) -> Row:
    if not rows:
        return ()
    children, yen = (sum(int(row[place]) for row in rows) for place in (3, 4))
    return (_s("合計"), "", households, children, yen)


def _why_households_differ(rows: Sequence[Row], households: int) -> str:
    if sum(int(row[2]) for row in rows) == households:
        return ""
    return _s(
        "1世帯のこどもが2つ以上の行に分かれているときは、それぞれの行で1世帯と数えるため、"
        "世帯数の行の和は合計と違います。"
    )
