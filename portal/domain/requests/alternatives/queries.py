"""Reading what the people at the parcels desk and in the stock room see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import limit_yen
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.households.models import Household
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
from portal.domain.requests.alternatives.serials import in_words
from portal.domain.requests.requests.models import Request

PAGE = 100
STAGES = ("to_pack", "short", "to_confirm", "to_post", "on_the_way", "returned", "lost")


@dataclass(frozen=True, slots=True)
class ToPack:
    """Children of one request whose pieces are promised (or, in ``short``, waited for)."""

    request_id: int
    receipt_no: str
    household_id: int
    received_at: datetime
    items: tuple[AlternativeItem, ...]

    @property
    def amount_yen(self) -> int:
        """Yen of all of them together."""
        return sum(item.amount_yen for item in self.items)


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with what hangs on it."""

    parcel: AlternativeParcel
    receipt_no: str
    children: int
    shipment: Shipment | None
    at_counter: bool = False


@dataclass(frozen=True, slots=True)
class StockLine:
    """A product in pieces: there, promised, waited for, sent out, gone.

    And whether ledger and pieces agree.
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
        """Pieces that nobody waits for."""
        return self.on_hand - self.reserved


def to_pack(
    session: Session, *, include_protected: bool, short: bool = False, request_id: int | None = None
) -> list[ToPack]:
    """Return requests with children whose pieces may be packed now, oldest first.

    ``short``: those that wait for stock.
    """
    state = "waiting" if short else "reserved"
    statement = (
        select(AlternativeItem, Request)
        .join(Request, Request.id == AlternativeItem.request_id)
        .join(Household, Household.id == AlternativeItem.household_id)
        .join(StockReservation, StockReservation.item_id == AlternativeItem.id)
        .where(
            AlternativeItem.state == "approved",
            AlternativeItem.parcel_id.is_(None),
            StockReservation.state == state,
        )
        .order_by(Request.received_at, Request.id, AlternativeItem.ordinal)
        .limit(PAGE)
    )
    if request_id is not None:
        statement = statement.where(Request.id == request_id)
    groups: dict[int, tuple[Request, list[AlternativeItem]]] = {}
    if not include_protected:
        statement = statement.where(Household.protected.is_(False))
    for item, request in session.execute(statement):
        groups.setdefault(request.id, (request, []))[1].append(item)
    return [
        ToPack(row.id, row.receipt_no, items[0].household_id, row.received_at, tuple(items))
        for row, items in groups.values()
    ]


def pack_view(session: Session, request_id: int, *, include_protected: bool) -> ToPack | None:
    """Return one request with children that may be packed now.

    None where there is none, or none to know of.
    """
    found = to_pack(session, include_protected=include_protected, request_id=request_id)
    return found[0] if found else None


def fitting(
    program: Program, items: Sequence[AlternativeItem], mail_class: str
) -> list[AlternativeItem]:
    """Return the first children that fit into one parcel of a class.

    A child that alone is too much stands alone.
    """
    limit, chosen, total = limit_yen(program, mail_class), list[AlternativeItem](), 0
    for item in items:
        if chosen and total + item.amount_yen > limit:
            break
        chosen.append(item)
        total += item.amount_yen
    return chosen


def parcels(session: Session, stage: str, *, include_protected: bool) -> list[ParcelView]:
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
        statement = statement.where(Household.protected.is_(False))
    if stage == "to_confirm":
        statement = statement.where(AlternativeParcel.state == "counted")
    else:
        states = {
            "to_post": ("planned",),
            "on_the_way": ("posted", "at_post_office", "returning"),
            "returned": ("returned",),
            "lost": ("lost",),
        }[stage]
        statement = statement.where(
            AlternativeParcel.state == "confirmed", Shipment.state.in_(states)
        )
    rows = session.execute(statement).all()
    children = _children(session, [parcel.id for parcel, _no, _shipment in rows], stage)
    return [
        ParcelView(parcel, number, children[parcel.id], sent)
        for parcel, number, sent in rows
        if parcel.id in children
    ]


def _children(session: Session, parcel_ids: Sequence[int], stage: str) -> dict[int, int]:
    """Count children by parcel.

    A parcel whose pieces are back in stock, or given up, is nobody's work any more.
    """
    statement = (
        select(AlternativeItem.parcel_id, func.count())
        .where(AlternativeItem.parcel_id.in_(parcel_ids))
        .group_by(AlternativeItem.parcel_id)
    )
    if stage in {"returned", "lost"}:
        statement = statement.where(AlternativeItem.state == stage)
    return {key: count for key, count in session.execute(statement) if key is not None}


def parcel_view(session: Session, parcel_id: int, *, include_protected: bool) -> ParcelView | None:
    """Return one parcel; None where there is none, or none that the reader may know of."""
    found = session.execute(
        select(
            AlternativeParcel, Request.receipt_no, Shipment, Household.protected, Household.counter
        )
        .join(Request, Request.id == AlternativeParcel.request_id)
        .join(Household, Household.id == AlternativeParcel.household_id)
        .outerjoin(Shipment, Shipment.id == AlternativeParcel.shipment_id)
        .where(AlternativeParcel.id == parcel_id)
    ).one_or_none()
    if found is None or (found[3] and not include_protected):
        return None
    children = _children(session, [parcel_id], "").get(parcel_id, 0)
    return ParcelView(found[0], found[1], children, found[2], at_counter=found[4])


def items_in(session: Session, parcel_id: int) -> list[AlternativeItem]:
    """Return the children's items in a parcel."""
    statement = select(AlternativeItem).where(AlternativeItem.parcel_id == parcel_id)
    return list(session.scalars(statement.order_by(AlternativeItem.ordinal)))


def serials_in(session: Session, parcel_id: int) -> list[tuple[str, str, int]]:
    """Return the serial numbers in a parcel, put together in rows: first, last, count."""
    statement = select(StockPiece.serial).where(StockPiece.parcel_id == parcel_id)
    return in_words(list(session.scalars(statement)))


def stage_counts(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return how much work lies in each stage of the desk (at most ``PAGE`` is counted)."""
    found = {
        "to_pack": len(to_pack(session, include_protected=include_protected)),
        "short": len(to_pack(session, include_protected=include_protected, short=True)),
    }
    for stage in STAGES[2:]:
        found[stage] = len(parcels(session, stage, include_protected=include_protected))
    return found


def stock_lines(work: Work) -> list[StockLine]:
    """Return every product's stock, and whether balance, ledger, pieces and promises agree with each other."""
    names = [product.id for product in work.program.alternatives]
    names += sorted(set(work.session.scalars(select(StockBalance.product))) - set(names))
    return [_line(work.session, name) for name in names]


def _line(session: Session, product: str) -> StockLine:
    balance = session.get(StockBalance, product, populate_existing=True)
    on_hand, reserved = (balance.on_hand, balance.reserved) if balance is not None else (0, 0)
    counted = session.execute(
        select(StockPiece.state, func.count())
        .where(StockPiece.product == product)
        .group_by(StockPiece.state)
    )
    by_state = {"in_stock": 0, "set_aside": 0, "out": 0, "gone": 0} | {  # noqa: C416  (dict() of rows does not type)
        state: n for state, n in counted
    }
    moved = session.execute(
        select(
            func.coalesce(func.sum(StockMovement.on_hand), 0),
            func.coalesce(func.sum(StockMovement.reserved), 0),
        ).where(StockMovement.product == product)
    ).one()
    promised = {
        state: int(pieces)
        for state, pieces in session.execute(
            select(StockReservation.state, func.sum(StockReservation.pieces))
            .where(StockReservation.product == product)
            .group_by(StockReservation.state)
        )
    }
    received = session.scalar(
        select(func.coalesce(func.sum(StockRange.count), 0)).where(StockRange.product == product)
    )
    agrees = (
        (int(moved[0]), int(moved[1])) == (on_hand, reserved)
        and by_state["in_stock"] + by_state["set_aside"] == on_hand
        and promised.get("reserved", 0) == reserved
        and sum(by_state.values()) == int(received or 0)
    )
    return StockLine(
        product,
        on_hand,
        reserved,
        promised.get("waiting", 0),
        by_state["out"],
        by_state["gone"],
        int(received or 0),
        agrees,
    )


def ranges(session: Session, product: str) -> list[tuple[StockRange, int]]:
    """Return the ranges that were received, newest first, each with how many of its pieces are in stock."""
    rows = session.execute(
        select(StockRange, func.count(StockPiece.id))
        .outerjoin(
            StockPiece,
            (StockPiece.range_id == StockRange.id)
            & StockPiece.state.in_(("in_stock", "set_aside")),
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
