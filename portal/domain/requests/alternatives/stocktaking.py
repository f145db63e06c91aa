"""Stocktaking by two people: what each counted against the book, without seeing the other's count.

Equal counts settle at once. Where they differ, both are shown to both, until one of the two agrees
with the other's count, or somebody drops them and the stock is counted anew.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.services import confirm, propose, turn_down
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.alternatives.models import StockBalance, StockCount, StockReservation
from portal.domain.requests.alternatives.serials import SerialRange
from portal.domain.requests.alternatives.states import (
    PIECE,
    RESERVATION,
    MovementKind,
    ReservationState,
)
from portal.domain.requests.alternatives.stock import (
    Movement,
    lock_balance,
    pieces_by_serial,
    product_of,
    serve_waiting,
    write,
)

APPROVAL = "count_stock"
REASON_LENGTH = 100
RIVAL = "rival"
"""In the detail of a count: the key of the other person's count, which differs from it."""


class Compared(StrEnum):
    """What became of a second count: it settled both, or both wait for an agreement."""

    EQUAL = "equal"
    DIFFERS = "differs"


class Counted(Struct, frozen=True):
    """What one person counted of a product.

    Attributes:
        product_id: The product.
        pieces: How many pieces there are.
        missing: Pieces of the book that are not there (or, where ``damaged``, must not be sent).
        found: Pieces that were missing before.
        damaged: Whether the missing pieces are there, but unusable.
        reason: Why there is a difference; short, naming no person.
    """

    product_id: str
    pieces: int
    missing: Sequence[SerialRange] = ()
    found: Sequence[SerialRange] = ()
    damaged: bool = False
    reason: str = ""

    @property
    def missing_serials(self) -> list[str]:
        """The serial numbers of the missing pieces."""
        return [serial for part in self.missing for serial in part.serials()]

    @property
    def found_serials(self) -> list[str]:
        """The serial numbers of the found pieces."""
        return [serial for part in self.found for serial in part.serials()]


def propose_count(work: Work, counted: Counted) -> StockCount:
    """Record what one person counted; the book changes only when another person counted the same.

    Raises:
        InputError: no such product, a difference without reason, or serial numbers that do not
            explain it.
        ConflictError: a count of this product waits for its second person.
        NotAllowedError: the actor is no person with an account.
    """
    product = product_of(work.program, counted.product_id)
    balance = lock_balance(work.session, product.id)
    if work.actor.id is None:
        raise NotAllowedError(_s("在庫を数えられるのは、アカウントのある職員だけです。"))
    if waiting_count(work.session, product.id) is not None:
        raise ConflictError(
            _s("この代替品の棚卸しは、もう一人の確認を待っています。先に確認してください。")
        )
    _refuse_unexplained(work.session, balance, counted)
    return _record(work, balance, counted, work.actor.id)


def _record(work: Work, balance: StockBalance, counted: Counted, staff_id: int) -> StockCount:
    row = StockCount(
        product=counted.product_id,
        counted=counted.pieces,
        book=balance.on_hand,
        missing=counted.missing_serials,
        found=counted.found_serials,
        damaged=counted.damaged,
        reason=counted.reason.strip(),
        counted_by=staff_id,
        counted_at=work.now,
        detail={},
    )
    work.session.add(row)
    work.session.flush()
    # the numbers stay out of the proposal, which lists of what waits may show
    detail = {"product": row.product}
    row.approval_id = propose(work, APPROVAL, "stock_count", row.id, detail=detail).id
    work.session.flush()
    return row


def count_again(work: Work, count_id: int, counted: Counted) -> Compared:
    """Record what the second person counted, who has not seen the first count.

    Equal counts settle; of different ones both wait (``agree``, ``drop_count``).

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the own count, or the actor is no person with an account.
        ConflictError: the book changed since the first count, or a second person has counted.
        WrongStateError: it was settled before.
        InputError: serial numbers or reason that do not explain the count.
    """
    row, balance = _locked(work.session, count_id)
    if work.actor.id is None or row.counted_by == work.actor.id:
        raise NotAllowedError(
            _s("自分が数えた棚卸しは、自分では確認できません。ほかの人が数えてください。"),
            code="own_count",
        )
    if RIVAL in row.detail:
        raise ConflictError(
            _s("もう一人が、先に数えました。二人の数をくらべて、決めてください。"), code="counted"
        )
    if row.settled_at is None:
        _refuse_moved(balance, row)
        _refuse_unexplained(work.session, balance, counted)
    if row.settled_at is not None or _is_equal(row, counted):
        _settle(work, balance, row)
        return Compared.EQUAL
    rival = _record(work, balance, counted, work.actor.id)
    row.detail, rival.detail = {RIVAL: rival.id}, {RIVAL: row.id}
    record(work, "stock.count_differs", "stock_count", row.id, product=row.product, rival=rival.id)
    work.session.flush()
    return Compared.DIFFERS


def _is_equal(row: StockCount, counted: Counted) -> bool:
    return (
        row.counted == counted.pieces
        and set(row.missing) == set(counted.missing_serials)
        and set(row.found) == set(counted.found_serials)
        and (row.damaged == counted.damaged or not row.missing)
    )


def _refuse_unexplained(session: Session, balance: StockBalance, counted: Counted) -> None:
    """Raise InputError where serial numbers and reason do not explain the difference."""
    gone, back = counted.missing_serials, counted.found_serials
    if counted.pieces < 0 or counted.pieces != balance.on_hand - len(gone) + len(back):
        raise InputError(
            _s(
                "数えた枚数%(counted)d枚と帳簿%(book)d枚の差が、番号の数と合いません。"
                "なくなった番号と見つかった番号を、すべて入力してください。"
            )
            % {"counted": counted.pieces, "book": balance.on_hand}
        )
    if (gone or back) and not 0 < len(counted.reason.strip()) <= REASON_LENGTH:
        raise InputError(_s("差の理由を、100文字までで入力してください。"))
    _refuse_wrong(session, balance.product, gone, "write_off")
    _refuse_wrong(session, balance.product, back, "find")


def agree(work: Work, count_id: int) -> StockCount:
    """Settle two counts that differ: one of both people takes over the other's count.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the actor did not make the other of both counts.
        ConflictError: the book changed since it was counted, so that it must be counted again.
        WrongStateError: it was settled before.
    """
    row, balance = _locked(work.session, count_id)
    rival = work.session.get(StockCount, row.detail.get(RIVAL) or 0)
    if rival is None or rival.counted_by != work.actor.id:
        raise NotAllowedError(
            _s("この棚卸しを決められるのは、もう一方を数えた人だけです。"), code="not_counted"
        )
    _settle(work, balance, row)
    _turn_down(work, rival)
    return row


def _settle(work: Work, balance: StockBalance, row: StockCount) -> None:
    """Let a count of locked stock enter the book; its second person is the actor."""
    confirm(work, row.approval_id or 0, ward_needed=False)
    _refuse_moved(balance, row)
    _refuse_wrong(work.session, row.product, row.missing, "write_off")
    _refuse_wrong(work.session, row.product, row.found, "find")
    _settle_pieces(work, balance, row)
    row.settled_at = work.now
    record(
        work,
        "stock.count_settled",
        "stock_count",
        row.id,
        product=row.product,
        counted=row.counted,
        book=row.book,
    )
    serve_waiting(work, balance)
    work.session.flush()


def _refuse_moved(balance: StockBalance, row: StockCount) -> None:
    if balance.on_hand != row.book:
        raise ConflictError(
            _s(
                "数えたあとに在庫が動きました（帳簿%(before)d枚→%(now)d枚）。"
                "もう一度数えてください。"
            )
            % {"before": row.book, "now": balance.on_hand}
        )


def _settle_pieces(work: Work, balance: StockBalance, row: StockCount) -> None:
    """Write off the missing pieces, and return the found ones to the book."""
    if row.missing:
        _free_for(work, balance, len(row.missing))
    for serials, action, kind in (
        (
            row.missing,
            "write_off",
            MovementKind.DAMAGED if row.damaged else MovementKind.COUNTED,
        ),
        (row.found, "find", MovementKind.COUNTED),
    ):
        for piece in pieces_by_serial(work.session, row.product, serials):
            piece.state = PIECE.next(piece.state, action)
            if action == "find":
                piece.parcel_id = None  # it was lost in a parcel, and is in none now
        if serials:
            change = len(serials) if action == "find" else -len(serials)
            write(work, balance, Movement(kind, change, 0, row.id, row.reason))


def drop_count(work: Work, count_id: int) -> None:
    """Drop a count, and the one that differs from it, so that the stock is counted anew.

    Raises NotFoundError and WrongStateError.
    """
    row, _balance = _locked(work.session, count_id)
    _turn_down(work, row)
    rival = work.session.get(StockCount, row.detail.get(RIVAL) or 0)
    if rival is not None:
        _turn_down(work, rival)


def _turn_down(work: Work, row: StockCount) -> None:
    turn_down(work, row.approval_id or 0)
    row.settled_at, row.detail = work.now, row.detail | {"dropped": True}
    work.session.flush()


def waiting_count(session: Session, product: str) -> StockCount | None:
    """Return the first count of a product that waits, for its second person or an agreement."""
    return session.scalar(
        select(StockCount)
        .where(StockCount.product == product, StockCount.settled_at.is_(None))
        .order_by(StockCount.id)
        .limit(1)
    )


def count_by_id(session: Session, count_id: int) -> StockCount:
    """Return a count that waits for its second person. Raises NotFoundError."""
    row = session.get(StockCount, count_id)
    if row is None or row.settled_at is not None or RIVAL in row.detail:
        raise _not_found()
    return row


def product_counted(session: Session, count_id: int) -> str:
    """Return the product of a count, waiting or not. Raises NotFoundError."""
    product = session.scalar(select(StockCount.product).where(StockCount.id == count_id))
    if product is None:
        raise _not_found()
    return product


def _not_found() -> NotFoundError:
    return NotFoundError(_s("この棚卸しは見つかりませんでした。"))


def _locked(session: Session, count_id: int) -> tuple[StockCount, StockBalance]:
    """Return a count and its product's balance, which is locked first: it serializes all counts."""
    balance = lock_balance(session, product_counted(session, count_id))
    row = session.get_one(StockCount, count_id, with_for_update=True, populate_existing=True)
    return row, balance


def _refuse_wrong(session: Session, product: str, serials: Sequence[str], action: str) -> None:
    """Refuse serial numbers that are doubled, unknown, or in a state without the action."""
    if len(set(serials)) != len(serials):
        raise InputError(_s("同じ番号を2回入力しました。範囲を確かめてください。"))
    fits = {
        piece.serial
        for piece in pieces_by_serial(session, product, serials)
        if PIECE.can(piece.state, action)
    }
    wrong = sorted(set(serials) - fits)
    if wrong:
        raise InputError(
            (
                _s("番号 %(no)s は、帳簿では在庫にありません。")
                if action == "write_off"
                else _s("番号 %(no)s は、なくなった券として登録されていません。")
            )
            % {"no": wrong[0]}
        )


def _free_for(work: Work, balance: StockBalance, pieces: int) -> None:
    """Revoke reservations, the last ones first, until so many pieces may leave the book."""
    promised = work.session.scalars(
        select(StockReservation)
        .where(
            StockReservation.product == balance.product,
            StockReservation.state == ReservationState.RESERVED,
        )
        .order_by(StockReservation.id.desc())
        .execution_options(populate_existing=True)
    )
    for row in promised:
        if balance.on_hand - balance.reserved >= pieces:
            return
        row.state, row.at = RESERVATION.next(row.state, "wait_again"), work.now
        write(work, balance, Movement(MovementKind.UNRESERVED, 0, -row.pieces, row.item_id))
