"""Stocktaking by two people.

What one counted against the book, and which serial numbers make the difference.
"""

from collections.abc import Sequence

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
from portal.domain.requests.alternatives.states import PIECE, RESERVATION
from portal.domain.requests.alternatives.stock import (
    lock_balance,
    pieces_by_serial,
    product_of,
    serve_waiting,
    write,
)

APPROVAL = "count_stock"
REASON_LENGTH = 100


def propose_count(
    work: Work,
    product_id: str,
    counted: int,
    *,
    missing: Sequence[SerialRange] = (),
    found: Sequence[SerialRange] = (),
    damaged: bool = False,
    reason: str = "",
) -> StockCount:
    """Record what one person counted; the book changes only when another person confirms it.

    ``missing`` are pieces of the book that are not there (or, with ``damaged``, must not be sent
    any more), ``found`` pieces that were missing before. ``reason`` is short and names no person.

    Raises:
        InputError: no such product, a difference without reason, or serial numbers that do not
            explain it.
        ConflictError: a count of this product waits for its second person.
        NotAllowedError: the actor is no person with an account.
    """
    product, balance = product_of(work.program, product_id), lock_balance(work.session, product_id)
    if work.actor.id is None:
        raise NotAllowedError(_s("在庫を数えられるのは、アカウントのある職員だけです。"))
    if waiting_count(work.session, product.id) is not None:
        raise ConflictError(
            _s("この代替品の棚卸しは、もう一人の確認を待っています。先に確認してください。")
        )
    gone = [serial for part in missing for serial in part.serials()]
    back = [serial for part in found for serial in part.serials()]
    _refuse_unexplained(work.session, balance, counted, gone, back, reason)
    row = StockCount(
        product=product.id,
        counted=counted,
        book=balance.on_hand,
        missing=gone,
        found=back,
        damaged=damaged,
        reason=reason.strip(),
        counted_by=work.actor.id,
        counted_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    detail = {"product": product.id, "counted": counted, "book": row.book}
    row.approval_id = propose(work, APPROVAL, "stock_count", row.id, detail=detail).id
    work.session.flush()
    return row


def _refuse_unexplained(
    session: Session,
    balance: StockBalance,
    counted: int,
    gone: list[str],
    back: list[str],
    reason: str,
) -> None:
    """Raise InputError where serial numbers and reason do not explain the difference."""
    if counted < 0 or counted != balance.on_hand - len(gone) + len(back):
        raise InputError(
            _s(
                "数えた枚数%(counted)d枚と帳簿%(book)d枚の差が、番号の数と合いません。"
                "なくなった番号と見つかった番号を、すべて入力してください。"
            )
            % {"counted": counted, "book": balance.on_hand}
        )
    if (gone or back) and not 0 < len(reason.strip()) <= REASON_LENGTH:
        raise InputError(_s("差の理由を、100文字までで入力してください。"))
    _refuse_wrong(session, balance.product, gone, "write_off")
    _refuse_wrong(session, balance.product, back, "find")


def confirm_count(work: Work, count_id: int) -> StockCount:
    """Settle a count as its second person: pieces that are gone leave the book, found ones return.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the own count.
        ConflictError: the book changed since it was counted, so that it must be counted again.
        WrongStateError: it was settled before.
    """
    row = _found(work.session, count_id)
    balance = lock_balance(work.session, row.product)
    confirm(work, row.approval_id or 0, ward_needed=False)
    if balance.on_hand != row.book:
        raise ConflictError(
            _s(
                "数えたあとに在庫が動きました（帳簿%(before)d枚→%(now)d枚）。"
                "もう一度数えてください。"
            )
            % {"before": row.book, "now": balance.on_hand}
        )
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
    return row


def _settle_pieces(work: Work, balance: StockBalance, row: StockCount) -> None:
    """Write off the missing pieces and take the found ones back into the book."""
    if row.missing:
        _free_for(work, balance, len(row.missing))
    for serials, action, kind in (
        (row.missing, "write_off", "damaged" if row.damaged else "counted"),
        (row.found, "find", "counted"),
    ):
        for piece in pieces_by_serial(work.session, row.product, serials):
            piece.state = PIECE.next(piece.state, action)
            if action == "find":
                piece.parcel_id = None  # it was lost in a parcel, and is in none now
        if serials:
            change = len(serials) if action == "find" else -len(serials)
            write(work, balance, kind, change, 0, subject_id=row.id, reason=row.reason)


def drop_count(work: Work, count_id: int) -> None:
    """Refuse a count, or take the own one back. Raises NotFoundError and WrongStateError."""
    row = _found(work.session, count_id)
    turn_down(work, row.approval_id or 0)
    row.settled_at = work.now
    row.detail = {"dropped": True}
    work.session.flush()


def waiting_count(session: Session, product: str) -> StockCount | None:
    """Return the count of a product that waits for its second person."""
    return session.scalar(
        select(StockCount).where(StockCount.product == product, StockCount.settled_at.is_(None))
    )


def _found(session: Session, count_id: int) -> StockCount:
    row = session.get(StockCount, count_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この棚卸しは見つかりませんでした。"))
    return row


def _refuse_wrong(session: Session, product: str, serials: Sequence[str], action: str) -> None:
    """Refuse serial numbers that are doubled, unknown or not where the action takes them from."""
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
    """Take promises back, the last ones first, until so many pieces may leave the book."""
    promised = work.session.scalars(
        select(StockReservation)
        .where(StockReservation.product == balance.product, StockReservation.state == "reserved")
        .order_by(StockReservation.id.desc())
        .execution_options(populate_existing=True)
    )
    for row in promised:
        if balance.on_hand - balance.reserved >= pieces:
            return
        row.state, row.at = RESERVATION.next(row.state, "wait_again"), work.now
        write(work, balance, "unreserved", 0, -row.pieces, subject_id=row.item_id)
