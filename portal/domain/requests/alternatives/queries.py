"""Reads what the parcels desk and the stock room show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import limit_yen
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.households.models import Household
from portal.domain.people.pauses.queries import is_paused, paused_among
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockBalance,
    StockCount,
    StockMovement,
    StockPiece,
    StockRange,
    StockReservation,
)
from portal.domain.requests.alternatives.serials import as_ranges
from portal.domain.requests.alternatives.states import (
    AlternativeState,
    PackingState,
    ParcelStage,
    PieceState,
    ReservationState,
)
from portal.domain.requests.requests.models import Request

PAGE = 100
_SHIPMENTS = {
    ParcelStage.TO_POST: ("planned",),
    ParcelStage.ON_THE_WAY: ("posted", "at_post_office", "returning"),
    ParcelStage.RETURNED: ("returned",),
    ParcelStage.LOST: ("lost",),
}
"""The states of the shipments in each stage of a confirmed parcel."""


class ToPack(Struct, frozen=True):
    """Children of one request whose pieces are reserved (or, in ``short``, awaited)."""

    request_id: int
    receipt_no: str
    household_id: int
    received_at: datetime
    items: tuple[AlternativeItem, ...]

    @property
    def amount_yen(self) -> int:
        """The sum of their amounts."""
        return sum(item.amount_yen for item in self.items)


class ParcelView(Struct, frozen=True):
    """A parcel with its request's number, its children and its shipment."""

    parcel: AlternativeParcel
    receipt_no: str
    children: int
    shipment: Shipment | None
    at_counter: bool = False


@dataclass(frozen=True, slots=True)
class StockLine:
    """A product's pieces: on hand, reserved, awaited, sent out, gone, received.

    ``agrees``: whether balance, ledger, pieces and reservations agree with each other.
    """

    product: str
    on_hand: int
    reserved: int
    waiting: int
    out: int
    gone: int
    received: int
    agrees: bool

    @property
    def free(self) -> int:
        """Pieces on hand that are not reserved."""
        return self.on_hand - self.reserved


def to_pack(session: Session, *, include_protected: bool, short: bool = False) -> list[ToPack]:
    """Return requests with children whose pieces may be packed now, oldest first.

    ``short``: those that wait for stock.
    """
    state = ReservationState.WAITING if short else ReservationState.RESERVED
    statement = _packable().where(StockReservation.state == state)
    return _grouped(session, statement, include_protected=include_protected)


def pack_view(session: Session, request_id: int, *, include_protected: bool) -> ToPack | None:
    """Return one request with children that may be packed now.

    None where there is none, or the reader may not know of it.
    """
    statement = _packable().where(
        StockReservation.state == ReservationState.RESERVED, Request.id == request_id
    )
    found = _grouped(session, statement, include_protected=include_protected)
    return found[0] if found else None


def _packable() -> Select[AlternativeItem, Request]:
    return (
        select(AlternativeItem, Request)
        .join(Request, Request.id == AlternativeItem.request_id)
        .join(Household, Household.id == AlternativeItem.household_id)
        .join(StockReservation, StockReservation.item_id == AlternativeItem.id)
        .where(
            AlternativeItem.state == AlternativeState.APPROVED,
            AlternativeItem.parcel_id.is_(None),
        )
        .order_by(Request.received_at, Request.id, AlternativeItem.ordinal)
        .limit(PAGE)
    )


def _grouped(
    session: Session, statement: Select[AlternativeItem, Request], *, include_protected: bool
) -> list[ToPack]:
    groups: dict[int, tuple[Request, list[AlternativeItem]]] = {}
    if not include_protected:
        statement = statement.where(
            Household.protected.is_(False), ~is_paused(Household.id.expression)
        )
    for item, request in session.execute(statement):
        groups.setdefault(request.id, (request, []))[1].append(item)
    return [
        ToPack(row.id, row.receipt_no, items[0].household_id, row.received_at, tuple(items))
        for row, items in groups.values()
    ]


def fitting(
    program: Program, items: Sequence[AlternativeItem], mail_class: str
) -> list[AlternativeItem]:
    """Return the first children whose amounts fit into one parcel of a mail class.

    A child whose amount alone is over the limit gets a parcel alone.
    """
    limit, chosen, total = limit_yen(program, mail_class), list[AlternativeItem](), 0
    for item in items:
        if chosen and total + item.amount_yen > limit:
            break
        chosen.append(item)
        total += item.amount_yen
    return chosen


def parcels(session: Session, stage: ParcelStage, *, include_protected: bool) -> list[ParcelView]:
    """Return the parcels of a stage of the desk, the oldest first."""
    statement = (
        select(AlternativeParcel, Request.receipt_no, Shipment)
        .join(Request, Request.id == AlternativeParcel.request_id)
        .join(Household, Household.id == AlternativeParcel.household_id)
        .outerjoin(Shipment, Shipment.id == AlternativeParcel.shipment_id)
        .order_by(AlternativeParcel.id)
        .limit(PAGE)
    )
    if not include_protected:
        statement = statement.where(
            Household.protected.is_(False), ~is_paused(Household.id.expression)
        )
    if stage is ParcelStage.TO_CONFIRM:
        statement = statement.where(AlternativeParcel.state == PackingState.COUNTED)
    else:
        statement = statement.where(
            AlternativeParcel.state == PackingState.CONFIRMED,
            Shipment.state.in_(_SHIPMENTS[stage]),
        )
    rows = session.execute(statement).all()
    children = _children(session, [parcel.id for parcel, _no, _shipment in rows], stage)
    return [
        ParcelView(parcel, number, children[parcel.id], sent)
        for parcel, number, sent in rows
        if parcel.id in children
    ]


def _children(
    session: Session, parcel_ids: Sequence[int], stage: ParcelStage | None
) -> dict[int, int]:
    """Count children by parcel.

    A parcel whose pieces are back in stock, or written off, needs no more work.
    """
    statement = (
        select(AlternativeItem.parcel_id, func.count())
        .where(AlternativeItem.parcel_id.in_(parcel_ids))
        .group_by(AlternativeItem.parcel_id)
    )
    if stage is ParcelStage.RETURNED:
        statement = statement.where(AlternativeItem.state == AlternativeState.RETURNED)
    if stage is ParcelStage.LOST:
        statement = statement.where(AlternativeItem.state == AlternativeState.LOST)
    return {key: count for key, count in session.execute(statement) if key is not None}


def parcel_view(session: Session, parcel_id: int, *, include_protected: bool) -> ParcelView | None:
    """Return one parcel; None where there is none, or the reader may not know of it."""
    found = session.execute(
        select(
            AlternativeParcel, Request.receipt_no, Shipment, Household.protected, Household.counter
        )
        .join(Request, Request.id == AlternativeParcel.request_id)
        .join(Household, Household.id == AlternativeParcel.household_id)
        .outerjoin(Shipment, Shipment.id == AlternativeParcel.shipment_id)
        .where(AlternativeParcel.id == parcel_id)
    ).one_or_none()
    if found is None:
        return None
    of_ward = found[3] or paused_among(session, [found[0].household_id])
    if of_ward and not include_protected:
        return None
    children = _children(session, [parcel_id], None).get(parcel_id, 0)
    return ParcelView(found[0], found[1], children, found[2], at_counter=found[4])


def items_in(session: Session, parcel_id: int) -> list[AlternativeItem]:
    """Return the children's items in a parcel."""
    statement = select(AlternativeItem).where(AlternativeItem.parcel_id == parcel_id)
    return list(session.scalars(statement.order_by(AlternativeItem.ordinal)))


def serials_in(session: Session, parcel_id: int) -> list[tuple[str, str, int]]:
    """Return the serial numbers in a parcel as ranges: first, last, count."""
    statement = select(StockPiece.serial).where(StockPiece.parcel_id == parcel_id)
    return as_ranges(list(session.scalars(statement)))


def stage_counts(session: Session, *, include_protected: bool) -> dict[ParcelStage, int]:
    """Return how much work is in each stage of the desk (at most ``PAGE`` is counted)."""
    packing = {
        ParcelStage.TO_PACK: to_pack(session, include_protected=include_protected),
        ParcelStage.SHORT: to_pack(session, include_protected=include_protected, short=True),
    }
    return {
        stage: len(
            packing[stage]
            if stage in packing
            else parcels(session, stage, include_protected=include_protected)
        )
        for stage in ParcelStage
    }


def stock_lines(work: Work) -> list[StockLine]:
    """Return every product's stock, checked against ledger, pieces and reservations."""
    names = [product.id for product in work.program.alternatives]
    names += sorted(set(work.session.scalars(select(StockBalance.product))) - set(names))
    return [_line(work.session, name) for name in names]


def _line(session: Session, product: str) -> StockLine:
    balance = session.get(StockBalance, product, populate_existing=True)
    on_hand, reserved = (balance.on_hand, balance.reserved) if balance is not None else (0, 0)
    pieces, promised = _pieces(session, product), _promised(session, product)
    received = session.scalar(
        select(func.coalesce(func.sum(StockRange.count), 0)).where(StockRange.product == product)
    )
    agrees = (
        _moved(session, product) == (on_hand, reserved)
        and pieces[PieceState.IN_STOCK] + pieces[PieceState.SET_ASIDE] == on_hand
        and promised[ReservationState.RESERVED] == reserved
        and pieces.total() == int(received or 0)
    )
    return StockLine(
        product,
        on_hand,
        reserved,
        promised[ReservationState.WAITING],
        pieces[PieceState.OUT],
        pieces[PieceState.GONE],
        int(received or 0),
        agrees,
    )


def _pieces(session: Session, product: str) -> Counter[str]:
    """Count a product's pieces by state."""
    counted = session.execute(
        select(StockPiece.state, func.count())
        .where(StockPiece.product == product)
        .group_by(StockPiece.state)
    )
    return Counter({str(state): n for state, n in counted})


def _promised(session: Session, product: str) -> Counter[str]:
    """Sum the pieces of a product's reservations by state."""
    sums = session.execute(
        select(StockReservation.state, func.sum(StockReservation.pieces))
        .where(StockReservation.product == product)
        .group_by(StockReservation.state)
    )
    return Counter({str(state): int(pieces) for state, pieces in sums})


def _moved(session: Session, product: str) -> tuple[int, int]:
    """Return a product's pieces on hand and reserved, as its ledger sums them."""
    on_hand, reserved = session.execute(
        select(
            func.coalesce(func.sum(StockMovement.on_hand), 0),
            func.coalesce(func.sum(StockMovement.reserved), 0),
        ).where(StockMovement.product == product)
    ).one()
    return int(on_hand), int(reserved)


def ranges(session: Session, product: str) -> list[tuple[StockRange, int]]:
    """Return the received ranges, newest first, each with the number of its pieces in stock."""
    rows = session.execute(
        select(StockRange, func.count(StockPiece.id))
        .outerjoin(
            StockPiece,
            (StockPiece.range_id == StockRange.id)
            & StockPiece.state.in_((PieceState.IN_STOCK, PieceState.SET_ASIDE)),
        )
        .where(StockRange.product == product)
        .group_by(StockRange.id)
        .order_by(StockRange.id.desc())
        .limit(PAGE)
    )
    return [(row, count) for row, count in rows]


def movements(session: Session, product: str, limit: int = PAGE) -> list[StockMovement]:
    """Return the last lines of a product's ledger, newest first."""
    statement = select(StockMovement).where(StockMovement.product == product)
    return list(session.scalars(statement.order_by(StockMovement.id.desc()).limit(limit)))


def waiting_counts(session: Session) -> list[StockCount]:
    """Return the stocktakings that wait for their second person."""
    return list(
        session.scalars(
            select(StockCount).where(StockCount.settled_at.is_(None)).order_by(StockCount.id)
        )
    )
