"""The stock ledger: pieces are received, reserved, sent in parcels, returned; never below zero."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    StockBalance,
    StockMovement,
    StockPiece,
    StockRange,
    StockReservation,
)
from portal.domain.requests.alternatives.serials import SerialRange, read_range
from portal.domain.requests.alternatives.states import (
    PIECE,
    RESERVATION,
    MovementKind,
    PieceState,
    ReservationState,
)

NOTE_LENGTH = 40
CHUNK = 5_000
"""Serial numbers in one statement: SQLite takes some 32,000 values, psycopg 65,000."""


class Consignment(Struct, frozen=True):
    """Pieces of one product that arrived with a delivery note, by their first and last number."""

    product_id: str
    first: str
    last: str
    delivery_note: str


class Movement(Struct, frozen=True):
    """A line of the ledger: what it changes, what it belongs to, and why.

    Attributes:
        kind: What happened.
        on_hand: The change of the pieces on hand (signed).
        reserved: The change of the reserved pieces (signed).
        subject_id: The key of the range, item, parcel or count it belongs to.
        reason: A short note that names no person.
    """

    kind: MovementKind
    on_hand: int
    reserved: int
    subject_id: int | None = None
    reason: str = ""


def product_of(program: Program, product_id: str) -> AlternativeProduct:
    """Return a product of the program. Raises InputError when it has none of that id."""
    for product in program.alternatives:
        if product.id == product_id:
            return product
    raise InputError(
        _s("代替品「%(id)s」はありません。%(known)s のどれかにしてください。")
        % {"id": product_id, "known": " / ".join(product.id for product in program.alternatives)}
    )


def lock_balance(session: Session, product: str) -> StockBalance:
    """Return a product's balance, fresh and locked: it serializes everybody who writes stock."""
    upsert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        upsert(StockBalance).values(product=product, on_hand=0, reserved=0).on_conflict_do_nothing()
    )
    return session.scalars(
        select(StockBalance)
        .where(StockBalance.product == product)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def receive(work: Work, arrived: Consignment) -> StockRange:
    """Add a consignment to the stock, and serve the reservations that wait.

    Raises:
        InputError: no such product, no range, or no delivery note.
        ConflictError: a number of the range was received before.
    """
    product, note = product_of(work.program, arrived.product_id), arrived.delivery_note.strip()
    serials = read_range(arrived.first, arrived.last)
    if not 0 < len(note) <= NOTE_LENGTH:
        raise InputError(_s("納品書の番号を、40文字までで入力してください。"))
    balance = lock_balance(work.session, product.id)
    _refuse_known(work.session, product.id, serials)
    low, high = serials.ends
    row = StockRange(
        product=product.id,
        first_serial=low,
        last_serial=high,
        count=serials.count,
        piece_yen=product.piece_yen,
        delivery_note=note,
        received_by=work.actor.id,
        received_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    common = {"range_id": row.id, "product": product.id, "state": PIECE.initial}
    for part in _chunks(serials.serials()):
        work.session.execute(insert(StockPiece), [{**common, "serial": serial} for serial in part])
    write(work, balance, Movement(MovementKind.RECEIVED, row.count, 0, row.id, note))
    serve_waiting(work, balance)
    return row


def _refuse_known(session: Session, product_id: str, serials: SerialRange) -> None:
    """Raise ConflictError where a number of the range was received before."""
    for known in session.scalars(select(StockRange).where(StockRange.product == product_id)):
        other = read_range(known.first_serial, known.last_serial)
        if (
            (other.prefix, other.width) == (serials.prefix, serials.width)
            and other.first <= serials.last
            and serials.first <= other.last
        ):
            raise ConflictError(
                _s("この範囲の番号は、%(first)s から %(last)s として、もう登録されています。")
                % {"first": known.first_serial, "last": known.last_serial}
            )


def reserve(work: Work, item: AlternativeItem) -> bool:
    """Reserve a child's pieces, or queue it for stock; returns whether they are reserved."""
    balance = lock_balance(work.session, item.product)
    row = StockReservation(item_id=item.id, product=item.product, pieces=item.pieces, at=work.now)
    work.session.add(row)
    work.session.flush()
    serve_waiting(work, balance)
    return row.state == ReservationState.RESERVED


def serve_waiting(work: Work, balance: StockBalance) -> None:
    """Reserve free pieces for the waiting reservations, in order; the caller holds the lock."""
    waiting = work.session.scalars(
        select(StockReservation)
        .where(
            StockReservation.product == balance.product,
            StockReservation.state == RESERVATION.initial,
        )
        .order_by(StockReservation.id)
        .execution_options(populate_existing=True)
    ).all()
    for row in waiting:
        if row.pieces > balance.on_hand - balance.reserved:
            return
        row.state, row.at = RESERVATION.next(row.state, "reserve"), work.now
        write(work, balance, Movement(MovementKind.RESERVED, 0, row.pieces, row.item_id))


def release(work: Work, item: AlternativeItem) -> None:
    """Release a child's reservation, if it has one, and serve those that wait behind it."""
    balance = lock_balance(work.session, item.product)
    row = reservation_of(work.session, item.id)
    if row is None or not RESERVATION.can(row.state, "release"):
        return
    was_reserved = row.state == ReservationState.RESERVED
    row.state, row.at = RESERVATION.next(row.state, "release"), work.now
    if was_reserved:
        write(work, balance, Movement(MovementKind.UNRESERVED, 0, -row.pieces, item.id))
        serve_waiting(work, balance)
    work.session.flush()


def reservation_of(session: Session, item_id: int) -> StockReservation | None:
    """Return a child's reservation, fresh from the database."""
    return session.scalar(
        select(StockReservation)
        .where(StockReservation.item_id == item_id)
        .execution_options(populate_existing=True)
    )


def set_aside(session: Session, serials: Mapping[str, Sequence[str]], parcel_id: int) -> None:
    """Set pieces aside for a parcel that is being packed; ``serials`` are by product.

    Raises:
        InputError: a number was scanned twice.
        NotFoundError: a number was never received.
        ConflictError: a piece is not in stock any more.
    """
    for product in sorted(serials):
        for piece in _pieces_to_set_aside(session, product, serials[product]):
            piece.state, piece.parcel_id = PIECE.next(piece.state, "set_aside"), parcel_id
        session.flush()


def _pieces_to_set_aside(
    session: Session, product: str, serials: Sequence[str]
) -> list[StockPiece]:
    lock_balance(session, product)
    if len(set(serials)) != len(serials):
        raise InputError(_s("同じ番号を2回読み取りました。範囲を確かめてください。"))
    pieces = pieces_by_serial(session, product, serials)
    unknown = sorted(set(serials) - {piece.serial for piece in pieces})
    if unknown:
        raise NotFoundError(_s("番号 %(no)s は、在庫に登録されていません。") % {"no": unknown[0]})
    for piece in pieces:
        if not PIECE.can(piece.state, "set_aside"):
            raise ConflictError(_s("番号 %(no)s は、いま在庫にありません。") % {"no": piece.serial})
    return pieces


def put_back(session: Session, products: Iterable[str], parcel_id: int) -> None:
    """Return the pieces of a parcel that was not confirmed to stock."""
    _step_pieces(session, products, parcel_id, "put_back")


def send_out(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Take a confirmed parcel's pieces out of stock, and use up their reservations."""
    for product, wanted in _by_product(items):
        balance = lock_balance(work.session, product)
        pieces = sum(item.pieces for item in wanted)
        for item in wanted:
            row = reservation_of(work.session, item.id)
            if row is None:
                raise ConflictError(_s("この代替品には、在庫が割り当てられていません。"))
            row.state, row.at = RESERVATION.next(row.state, "use"), work.now
        _step_pieces(work.session, [product], parcel_id, "send")
        write(work, balance, Movement(MovementKind.PACKED, -pieces, -pieces, parcel_id))


def restock(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Return the pieces of a returned parcel to stock, and serve the reservations that wait."""
    for product, sent in _by_product(items):
        balance = lock_balance(work.session, product)
        _step_pieces(work.session, [product], parcel_id, "restock")
        pieces = sum(item.pieces for item in sent)
        write(work, balance, Movement(MovementKind.UNPACKED, pieces, 0, parcel_id))
        serve_waiting(work, balance)


def lose(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Write off the pieces of a parcel that the carrier lost.

    They left the stock when it was packed; the ledger records how many were lost.
    """
    for product, sent in _by_product(items):
        balance = lock_balance(work.session, product)
        _step_pieces(work.session, [product], parcel_id, "lose")
        pieces = sum(item.pieces for item in sent)
        write(work, balance, Movement(MovementKind.LOST, 0, 0, parcel_id, str(pieces)))


def reserve_again(work: Work, item: AlternativeItem) -> bool:
    """Reserve other pieces for those that were lost, before later requests are served.

    Returns whether they are reserved.
    """
    balance = lock_balance(work.session, item.product)
    row = reservation_of(work.session, item.id)
    if row is None:
        raise ConflictError(_s("この代替品には、在庫が割り当てられていません。"))
    row.state, row.at = RESERVATION.next(row.state, "again"), work.now
    work.session.flush()
    serve_waiting(work, balance)
    return row.state == ReservationState.RESERVED


def write(work: Work, balance: StockBalance, moved: Movement) -> None:
    """Add a line to the ledger and change the locked balance with it.

    Raises:
        ConflictError: the balance would fall below zero, or below what is reserved.
    """
    there, promised = balance.on_hand + moved.on_hand, balance.reserved + moved.reserved
    if promised < 0 or there < promised:
        raise ConflictError(_s("在庫が足りません。何も変えていません。"), code="stock_short")
    balance.on_hand, balance.reserved = there, promised
    line = StockMovement(
        at=work.now,
        product=balance.product,
        kind=moved.kind.value,
        on_hand=moved.on_hand,
        reserved=moved.reserved,
        subject_id=moved.subject_id,
        actor_id=work.actor.id,
        reason=moved.reason,
    )
    work.session.add(line)
    record(
        work,
        f"stock.{moved.kind}",
        "stock",
        moved.subject_id,
        product=balance.product,
        on_hand=moved.on_hand,
        reserved=moved.reserved,
    )
    work.session.flush()


def pieces_by_serial(session: Session, product: str, serials: Sequence[str]) -> list[StockPiece]:
    """Return the pieces with these numbers, fresh from the database; unknown ones are omitted."""
    found: list[StockPiece] = []
    for part in _chunks(serials):
        found += session.scalars(
            select(StockPiece)
            .where(StockPiece.product == product, StockPiece.serial.in_(part))
            .order_by(StockPiece.id)
            .execution_options(populate_existing=True)
        )
    return found


def _step_pieces(session: Session, products: Iterable[str], parcel_id: int, action: str) -> None:
    """Step a parcel's pieces by the machine; what is in stock again belongs to no parcel."""
    for product in sorted(set(products)):
        lock_balance(session, product)
        for source, target in PIECE.steps[action].items():
            values: dict[str, Any] = {"state": target}
            if target == PieceState.IN_STOCK:
                values["parcel_id"] = None
            session.execute(
                update(StockPiece)
                .where(
                    StockPiece.product == product,
                    StockPiece.parcel_id == parcel_id,
                    StockPiece.state == source,
                )
                .values(values)
                .execution_options(synchronize_session="fetch")
            )


def _by_product(items: Sequence[AlternativeItem]) -> list[tuple[str, list[AlternativeItem]]]:
    """Group items by product, in the order in which balances are always locked."""
    names = sorted({item.product for item in items})
    return [(name, [item for item in items if item.product == name]) for name in names]


def _chunks(serials: Sequence[str]) -> Iterable[Sequence[str]]:
    return (serials[start : start + CHUNK] for start in range(0, len(serials), CHUNK))


def count_of(session: Session, parcel_id: int) -> int:
    """Return how many pieces lie in a parcel."""
    return session.scalar(select(func.count()).where(StockPiece.parcel_id == parcel_id)) or 0
