"""The figures of a month of deliveries (R39): posted, delivered, absent, returned, and the rest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.foundation.clock import day_end
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import CANCELLED
from portal.domain.mailroom.tracking.models import TrackingEvent
from portal.domain.mailroom.tracking.words import Status
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.ledger.kinds import Amount, Figure
from portal.domain.oversight.reports.monthly.due import days_of
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.held import held_households
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.models import Request

THIRD = 3


class Sent(Struct, frozen=True):
    """A number of mail items, with their children and yen."""

    items: int = 0
    children: int = 0
    yen: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(self.items + other.items, self.children + other.children, self.yen + other.yen)


class DeliveryMonth(Struct, frozen=True):
    """The figures of one month.

    ``posted`` and ``delivered`` are keyed by (day, mail class, attempt); attempts above the third
    count with the third. ``undelivered`` is as of the month's last day: letters posted until then
    and not delivered by then, or here again although the post had delivered them, by state or
    reason of return; ``holds`` are the households held at the end of that day, without protected
    ones. ``absent`` are the letters of which the post
    reported in the month that nobody was at home, whatever became of them; each counts once.
    """

    posted: Mapping[tuple[date, str, int], Sent]
    delivered: Mapping[tuple[date, str, int], Sent]
    absent: Sent
    returned: Mapping[str, Sent]
    undelivered: Mapping[str, Sent]
    parcels: Mapping[str, Sent]
    declined: Sent
    holds: int

    @property
    def sent_again(self) -> Mapping[int, Sent]:
        """Redeliveries posted in the month, by attempt (1, 2, 3 and more)."""
        found = {attempt: Sent() for attempt in range(1, THIRD + 1)}
        for (_day, _class, attempt), sent in self.posted.items():
            if attempt:
                found[attempt] += sent
        return found

    @property
    def paid_by(self) -> Mapping[Figure, Amount]:
        """The figures that the contract is paid by."""
        sums = {
            Figure.POSTED: sum_of(self.posted.values()),
            Figure.DELIVERED: sum_of(self.delivered.values()),
            Figure.ABSENT: self.absent,
            Figure.RETURNED: sum_of(self.returned.values()),
            Figure.DECLINED: self.declined,
        }
        return {figure: Amount(one.items, one.children, one.yen) for figure, one in sums.items()}


def sum_of(sums: Iterable[Sent]) -> Sent:
    """Return the sum; zero of nothing."""
    return sum(sums, Sent())


def count_month(session: Session, month: date) -> DeliveryMonth:
    """Count the month that begins on ``month``, by JST days."""
    days = days_of(month)
    return DeliveryMonth(
        posted=_by_day(session, Shipment.posted_on, days),
        delivered=_by_day(session, Shipment.delivered_on, days),
        absent=_one(session, _letters().where(Shipment.id.in_(_absences(days)))),
        returned=_grouped(session, Shipment.returned_reason, days.has(Shipment.returned_on)),
        undelivered=_undelivered(session, days.last),
        parcels=_parcels(session, days),
        declined=_declined(session, days),
        holds=held_households(session, include_protected=False, at=day_end(days.last)),
    )


def _letters() -> Select[int, int, int]:
    return select(
        func.count(Shipment.id),
        func.coalesce(func.sum(Letter.children), 0),
        func.coalesce(func.sum(Letter.amount_yen), 0),
    ).join(Letter, Letter.id == Shipment.letter_id)


def _absences(days: Days) -> Select[int | None]:
    # a shipment keeps one day of absence, and none where a later report came in the same file
    return select(TrackingEvent.shipment_id).where(
        TrackingEvent.status == Status.ABSENT,
        TrackingEvent.shipment_id.is_not(None),
        days.has(TrackingEvent.happened_on),
    )


def _sent(row: Sequence[int]) -> Sent:
    return Sent(*(int(value) for value in row))


def _one(session: Session, statement: Select[int, int, int]) -> Sent:
    return _sent(session.execute(statement).one())


def _by_day(
    session: Session, day: InstrumentedAttribute[date | None], days: Days
) -> Mapping[tuple[date, str, int], Sent]:
    rows = session.execute(
        _letters()
        .add_columns(day, Shipment.mail_class, Shipment.attempt)
        .where(days.has(day))
        .group_by(day, Shipment.mail_class, Shipment.attempt)
        .order_by(day, Shipment.mail_class, Shipment.attempt)
    )
    found: dict[tuple[date, str, int], Sent] = {}
    for items, children, yen, on, mail_class, attempt in rows:
        key = (on, mail_class or "", min(int(attempt), THIRD))
        found[key] = found.get(key, Sent()) + _sent((items, children, yen))
    return found


def _grouped(
    session: Session, code: InstrumentedAttribute[str | None], condition: ColumnElement[bool]
) -> Mapping[str, Sent]:
    rows = session.execute(
        _letters().add_columns(code).where(condition).group_by(code).order_by(code)
    )
    return {name or "": _sent(rest) for *rest, name in rows}


def _undelivered(session: Session, last: date) -> Mapping[str, Sent]:
    latest = (
        select(func.max(Shipment.id))
        .where(Shipment.letter_id.is_not(None), Shipment.posted_on <= last)
        .group_by(Shipment.household_id)
    )
    code = func.coalesce(Shipment.returned_reason, Shipment.state)
    not_yet = or_(
        Shipment.delivered_on.is_(None), Shipment.delivered_on > last, Shipment.returned_on <= last
    )
    rows = session.execute(
        _letters()
        .add_columns(code)
        .where(Shipment.id.in_(latest), not_yet, Shipment.state != CANCELLED)
        .group_by(code)
        .order_by(code)
    )
    return {name: _sent(rest) for *rest, name in rows}


def _parcels(session: Session, days: Days) -> Mapping[str, Sent]:
    found = {}
    for name, day in (
        ("posted", Shipment.posted_on),
        ("delivered", Shipment.delivered_on),
        ("returned", Shipment.returned_on),
    ):
        items, yen = session.execute(
            select(func.count(Shipment.id), func.coalesce(func.sum(Shipment.value_yen), 0)).where(
                Shipment.kind == ItemKind.PARCEL, days.has(day)
            )
        ).one()
        found[name] = Sent(int(items), 0, int(yen))
    return found


def _declined(session: Session, days: Days) -> Sent:
    households, children, yen = session.execute(
        select(
            func.count(Request.household_id.distinct()),
            func.count(DeclineItem.id),
            func.coalesce(func.sum(Entitlement.amount_yen), 0),
        )
        .join(Request, Request.id == DeclineItem.request_id)
        .join(Entitlement, Entitlement.id == DeclineItem.entitlement_id)
        .where(DeclineItem.state == DeclineState.ACCEPTED, days.spans(Request.received_at))
    ).one()
    return Sent(int(households), int(children), int(yen))
