"""The children behind a figure of the settlement: what put each there, and on which day.

Nothing here leaves out a protected household: callers count all alike, or show single ones to who
may know of every family (decision 0064).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.deliveries import (
    handed_over,
    letter_of_child,
    reached_by,
)
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.portions import portions
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.oversight.settlement.counting import Line, children
from portal.domain.oversight.settlement.ending import counted
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.models import Request

AT_ONCE = 500
Happened = tuple[date | None, str]
"""The day (JST), if there is one, and what happened."""


class CountedChild(Struct, frozen=True):
    """One child behind a figure, with the day (JST) and the event that put it there."""

    entitlement_id: int
    household_id: int
    yen: int
    day: date | None
    what: str


def counted_in(work: Work, state: SettledState, after: int = 0) -> Iterator[CountedChild]:
    """Yield the children that the settlement counts in a state now, ordered by entitlement.

    ``after`` as in ``children``.
    """
    means = work.program.delivered_means
    lines = (line for line in children(work.session, means, after) if counted(line.facts) is state)
    for part in portions(lines, AT_ONCE):
        yield from _told(work, state, part)


def _told(work: Work, state: SettledState, lines: Sequence[Line]) -> Iterator[CountedChild]:
    keys = [line.entitlement_id for line in lines]
    happened = _changed(work.session, keys, state)
    if state in _EVENTS:
        happened |= _EVENTS[state](work, keys)
    for line in lines:
        day, what = happened[line.entitlement_id]
        yield CountedChild(line.entitlement_id, line.household_id, line.facts.amount_yen, day, what)


def reached(session: Session, way: DeliveredMeans, after: int = 0) -> Iterator[CountedChild]:
    """Yield the children that one way of counting deliveries reaches, ordered by entitlement."""
    rows = session.execute(
        select(
            Entitlement.id,
            Entitlement.household_id,
            Entitlement.amount_yen,
            func.coalesce(_first(way), Entitlement.changed_at),
        )
        .where(reached_by(way), Entitlement.id > after)
        .order_by(Entitlement.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for key, household_id, yen, at in rows:
        yield CountedChild(key, household_id, yen, jst_date(at), way.label)


def _first(way: DeliveredMeans) -> ScalarSelect[Any]:
    """Return the instant at which a child was reached first, as a column."""
    found: Select[Any]
    if way is DeliveredMeans.HANDED_OVER:
        found = select(func.min(Letter.handed_over_at)).where(handed_over())
    elif way is DeliveredMeans.REVEALED:
        found = select(func.min(Coupon.revealed_at)).where(Coupon.entitlement_id == Entitlement.id)
    else:
        found = select(func.min(Coupon.changed_at)).where(
            Coupon.entitlement_id == Entitlement.id, Coupon.state == CouponState.EXCHANGED
        )
    return found.correlate(Entitlement).scalar_subquery()


def _changed(session: Session, keys: Sequence[int], state: SettledState) -> dict[int, Happened]:
    """Return when the state of each child was set: the event where no other is known."""
    rows = session.execute(
        select(Entitlement.id, Entitlement.changed_at).where(Entitlement.id.in_(keys))
    )
    return {key: (jst_date(at), state.label) for key, at in rows}


def _waiting(work: Work, keys: Sequence[int]) -> dict[int, Happened]:
    """Return what each child waits for, without a day.

    The office lists holds without protected families, so that a day would tell when one came under
    protection.
    """
    rows = work.session.execute(
        select(Entitlement.id, Entitlement.state).where(Entitlement.id.in_(keys))
    )
    return {
        key: (
            None,
            _s("保留") if state == EntitlementState.HELD else _s("決まっていない申請"),
        )
        for key, state in rows
    }


def _declined(work: Work, keys: Sequence[int]) -> dict[int, Happened]:
    rows = work.session.execute(
        select(DeclineItem.entitlement_id, Request.received_at, Request.channel)
        .join(Request, Request.id == DeclineItem.request_id)
        .where(DeclineItem.entitlement_id.in_(keys), DeclineItem.state == DeclineState.ACCEPTED)
    )
    return {key: (jst_date(at), label_of(Channel, channel)) for key, at, channel in rows}


def _used(work: Work, keys: Sequence[int]) -> dict[int, Happened]:
    rows = work.session.execute(
        select(Coupon.entitlement_id, func.min(Coupon.issuer_as_of))
        .where(
            Coupon.entitlement_id.in_(keys),
            Coupon.used_yen > 0,
            Coupon.state != CouponState.VOIDED,
        )
        .group_by(Coupon.entitlement_id)
    )
    return {key or 0: (day, _s("発行者が利用を報告した")) for key, day in rows if day is not None}


def _delivered(work: Work, keys: Sequence[int]) -> dict[int, Happened]:
    """Return when the children were reached, in the way that the program counts."""
    means = work.program.delivered_means
    rows = work.session.execute(
        select(Entitlement.id, _first(means)).where(Entitlement.id.in_(keys))
    )
    return {key: (jst_date(at), means.label) for key, at in rows if at is not None}


def _posted(work: Work, keys: Sequence[int]) -> dict[int, Happened]:
    """Return what became of the last letter of each child; of none that nothing was posted."""
    found: dict[int, Happened] = {key: (None, _s("手紙を差し出していない")) for key in keys}
    for key, at in _at_counter(work.session, keys):
        found[key] = (jst_date(at), _s("窓口で渡した"))
    rows = work.session.execute(
        select(
            Entitlement.id,
            Shipment.state,
            func.coalesce(Shipment.returned_on, Shipment.delivered_on, Shipment.posted_on),
        )
        .join(Letter, letter_of_child())
        .join(Shipment, Shipment.letter_id == Letter.id)
        .where(Entitlement.id.in_(keys), Shipment.state != ShipmentState.CANCELLED)
        .order_by(Shipment.id)
    )
    return found | {key: (day, label_of(ShipmentState, state)) for key, state, day in rows}


def _at_counter(session: Session, keys: Sequence[int]) -> Iterable[tuple[int, Any]]:
    rows = session.execute(
        select(Entitlement.id, func.max(Letter.handed_over_at))
        .join(Letter, letter_of_child())
        .where(Entitlement.id.in_(keys), Letter.counter, Letter.handed_over_at.is_not(None))
        .group_by(Entitlement.id)
    )
    return [(key, at) for key, at in rows]


_EVENTS: Mapping[SettledState, Callable[[Work, Sequence[int]], dict[int, Happened]]] = {
    SettledState.DECLINED: _declined,
    SettledState.EXCHANGED: _used,
    SettledState.LAPSED: _delivered,
    SettledState.UNDELIVERED: _posted,
    SettledState.NOT_TAKEN: _posted,
    SettledState.WAITING: _waiting,
}
"""Where the event of a state is not that its child came into it."""
