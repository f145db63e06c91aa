"""The stock ledger: pieces come in by serial range, are promised, leave in parcels and come back.

Never below zero.
"""

from collections.abc import Iterable, Sequence

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
from portal.domain.requests.alternatives.states import PIECE, RESERVATION

NOTE_LENGTH = 40
CHUNK = 5_000
"""Serial numbers in one statement: SQLite takes some 32,000 values, psycopg 65,000."""
MOVEMENTS = (
    "received",
    "reserved",
    "unreserved",
    "packed",
    "unpacked",
    "lost",
    "damaged",
    "counted",
)


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
    """Return a product's balance, fresh and locked to the end of the transaction.

    Whoever writes stock waits here.
    """
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


def receive(work: Work, product_id: str, first: str, last: str, delivery_note: str) -> StockRange:
    """Take pieces into stock by their first and last serial number.

    Those who wait for stock are served.

    Raises:
        InputError: no such product, no range, or no delivery note.
        ConflictError: a number of the range was received before.
    """
    product, note = product_of(work.program, product_id), delivery_note.strip()
    serials = read_range(first, last)
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
    write(work, balance, "received", row.count, 0, subject_id=row.id, reason=note)
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
    """Promise a child's pieces, or let it wait for stock behind those before it.

    Tells whether they are promised.
    """
    balance = lock_balance(work.session, item.product)
    row = StockReservation(item_id=item.id, product=item.product, pieces=item.pieces, at=work.now)
    work.session.add(row)
    work.session.flush()
    serve_waiting(work, balance)
    return row.state == "reserved"


def serve_waiting(work: Work, balance: StockBalance) -> None:
    """Promise what is free to those who wait, in order; the caller holds the lock."""
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
        write(work, balance, "reserved", 0, row.pieces, subject_id=row.item_id)


def release(work: Work, item: AlternativeItem) -> None:
    """Give up what was promised to a child or waited for; who waits behind it is served.

    Without either: nothing.
    """
    balance = lock_balance(work.session, item.product)
    row = reservation_of(work.session, item.id)
    if row is None or not RESERVATION.can(row.state, "release"):
        return
    promised = row.state == "reserved"
    row.state, row.at = RESERVATION.next(row.state, "release"), work.now
    if promised:
        write(work, balance, "unreserved", 0, -row.pieces, subject_id=item.id)
        serve_waiting(work, balance)
    work.session.flush()


def reservation_of(session: Session, item_id: int) -> StockReservation | None:
    """Return what is promised to a child, as it stands in the database now."""
    return session.scalar(
        select(StockReservation)
        .where(StockReservation.item_id == item_id)
        .execution_options(populate_existing=True)
    )


def set_aside(session: Session, product: str, serials: Sequence[str], parcel_id: int) -> None:
    """Lay pieces aside for a parcel that is being packed.

    Raises:
        InputError: a number was scanned twice.
        NotFoundError: a number was never received.
        ConflictError: a piece is not in stock any more.
    """
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
        piece.state, piece.parcel_id = PIECE.next(piece.state, "set_aside"), parcel_id
    session.flush()


def put_back(session: Session, products: Iterable[str], parcel_id: int) -> None:
    """Lay the pieces of a parcel that was not confirmed back into stock."""
    _step_pieces(session, products, parcel_id, "put_back", leave=True)


def send_out(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Take a confirmed parcel's pieces out of stock and out of what is promised."""
    for product, wanted in _by_product(items):
        balance = lock_balance(work.session, product)
        pieces = sum(item.pieces for item in wanted)
        for item in wanted:
            row = reservation_of(work.session, item.id)
            if row is None:
                raise ConflictError(_s("この代替品には、在庫が割り当てられていません。"))
            row.state, row.at = RESERVATION.next(row.state, "use"), work.now
        _step_pieces(work.session, [product], parcel_id, "send", leave=False)
        write(work, balance, "packed", -pieces, -pieces, subject_id=parcel_id)


def restock(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Lay the pieces of a parcel that came back for good into stock; those who wait are served."""
    for product, sent in _by_product(items):
        balance = lock_balance(work.session, product)
        _step_pieces(work.session, [product], parcel_id, "restock", leave=True)
        pieces = sum(item.pieces for item in sent)
        write(work, balance, "unpacked", pieces, 0, subject_id=parcel_id)
        serve_waiting(work, balance)


def lose(work: Work, items: Sequence[AlternativeItem], parcel_id: int) -> None:
    """Give up the pieces of a parcel that the post lost.

    They left the stock before, the ledger says what became of them.
    """
    for product, sent in _by_product(items):
        balance = lock_balance(work.session, product)
        _step_pieces(work.session, [product], parcel_id, "lose", leave=False)
        pieces = sum(item.pieces for item in sent)
        write(work, balance, "lost", 0, 0, subject_id=parcel_id, reason=str(pieces))


def reserve_again(work: Work, item: AlternativeItem) -> bool:
    """Promise a child other pieces for those that were lost, before those who asked later.

    Tells whether they are promised.
    """
    balance = lock_balance(work.session, item.product)
    row = reservation_of(work.session, item.id)
    if row is None:
        raise ConflictError(_s("この代替品には、在庫が割り当てられていません。"))
    row.state, row.at = RESERVATION.next(row.state, "again"), work.now
    work.session.flush()
    serve_waiting(work, balance)
    return row.state == "reserved"


def write(
    work: Work,
    balance: StockBalance,
    kind: str,
    on_hand: int,
    reserved: int,
    *,
    subject_id: int | None = None,
    reason: str = "",
) -> None:
    """Add a line to the ledger and change the locked balance with it.

    Raises:
        ConflictError: the balance would fall below zero, or below what is promised.
    """
    if kind not in MOVEMENTS:
        raise ValueError("unknown kind of movement")
    there, promised = balance.on_hand + on_hand, balance.reserved + reserved
    if promised < 0 or there < promised:
        raise ConflictError(_s("在庫が足りません。何も変えていません。"), code="stock_short")
    balance.on_hand, balance.reserved = there, promised
    line = StockMovement(
        at=work.now,
        product=balance.product,
        kind=kind,
        on_hand=on_hand,
        reserved=reserved,
        subject_id=subject_id,
        actor_id=work.actor.id,
        reason=reason,
    )
    work.session.add(line)
    record(
        work,
        f"stock.{kind}",
        "stock",
        subject_id,
        product=balance.product,
        on_hand=on_hand,
        reserved=reserved,
    )
    work.session.flush()


def pieces_by_serial(session: Session, product: str, serials: Sequence[str]) -> list[StockPiece]:
    """Return the pieces with these serial numbers as the database has them now.

    Unknown ones are left out.
    """
    found: list[StockPiece] = []
    for part in _chunks(serials):
        found += session.scalars(
            select(StockPiece)
            .where(StockPiece.product == product, StockPiece.serial.in_(part))
            .order_by(StockPiece.id)
            .execution_options(populate_existing=True)
        )
    return found


def _step_pieces(
    session: Session, products: Iterable[str], parcel_id: int, action: str, *, leave: bool
) -> None:
    for product in sorted(set(products)):
        lock_balance(session, product)
        for source, target in PIECE.steps[action].items():
            values = {"state": target} | ({"parcel_id": None} if leave else {})
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
    """Group by product in the one order in which balances are locked."""
    names = sorted({item.product for item in items})
    return [(name, [item for item in items if item.product == name]) for name in names]


def _chunks(serials: Sequence[str]) -> Iterable[Sequence[str]]:
    return (serials[start : start + CHUNK] for start in range(0, len(serials), CHUNK))


def count_of(session: Session, parcel_id: int) -> int:
    """Return how many pieces lie in a parcel."""
    return session.scalar(select(func.count()).where(StockPiece.parcel_id == parcel_id)) or 0
