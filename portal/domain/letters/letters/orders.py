"""Order a new letter for a household that already has one.

The next print run makes it; the old letter stays valid until then.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, LetterOrder
from portal.domain.letters.letters.states import (
    CREDENTIAL_LETTER,
    LETTER,
    LETTER_ORDER,
    LIVE,
    LetterReason,
    LetterState,
    OrderState,
)
from portal.domain.people.households.models import Household

NOT_HANDED_OVER = (LetterState.PREPARED, LetterState.PRINTED)


def open_order(session: Session, household_id: int) -> LetterOrder | None:
    """Return the household's open order."""
    return session.scalar(_open(household_id))


def living_letter(session: Session, household_id: int) -> Letter | None:
    """Return the valid letter: printed or handed over, and not replaced or cancelled since."""
    statement = select(Letter).where(
        Letter.household_id == household_id,
        Letter.kind == CREDENTIAL_LETTER,
        Letter.state.in_(LIVE),
    )
    return session.scalar(statement.order_by(Letter.id.desc()).limit(1))


def order(work: Work, household_id: int, reason: LetterReason, *, why: str = "") -> LetterOrder:
    """Order a new letter for a household from the next print run, or return its open order.

    The old letter, ID and password stay as they are until the new letter is printed (``design.md``
    §4). ``why`` is a code word for the log.

    Raises:
        NotFoundError: no household has this key.
        ConflictError: its letter was not handed over yet, so that it would receive two.
    """
    _lock_household(work.session, household_id)
    row = work.session.scalar(
        _open(household_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        _refuse_letter_not_handed_over(work.session, household_id)
        row = LetterOrder(
            household_id=household_id, reason=reason, created_at=work.now, changed_at=work.now
        )
        work.session.add(row)
        work.session.flush()
        record(
            work,
            "letter.ordered",
            "letter_order",
            row.id,
            household_id=household_id,
            reason=reason,
            why=why,
        )
        work.session.flush()
    return row


def _lock_household(session: Session, household_id: int) -> None:
    # Without an open order there is no row to lock: locking the household serializes orders.
    found = session.scalar(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    if found is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))


def _refuse_letter_not_handed_over(session: Session, household_id: int) -> None:
    waiting = select(Letter.id).where(
        Letter.household_id == household_id,
        Letter.kind == CREDENTIAL_LETTER,
        Letter.state.in_(NOT_HANDED_OVER),
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise ConflictError(
            _s(
                "この世帯の手紙は、まだ引き渡していません。新しい手紙は作らずに、"
                "いまの手紙を引き渡してください。"
            ),
            code="letter_not_handed_over",
        )


def cancel_order(work: Work, household_id: int, *, reason: str = "") -> None:
    """Cancel the household's open order, if any; with ``reason`` only an order of that reason."""
    row = work.session.scalar(
        _open(household_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or (reason and row.reason != reason):
        return
    row.state, row.changed_at = LETTER_ORDER.next(row.state, "cancel"), work.now
    record(
        work,
        "letter.order_cancelled",
        "letter_order",
        row.id,
        household_id=household_id,
        reason=row.reason,
    )
    work.session.flush()


def lock_orders(session: Session, household_ids: Collection[int]) -> None:
    """Lock the households' open orders, so that none is cancelled while its letter is made."""
    statement = select(LetterOrder.id).where(
        LetterOrder.household_id.in_(household_ids), LetterOrder.state == LETTER_ORDER.initial
    )
    session.execute(statement.order_by(LetterOrder.id).with_for_update()).all()


def replace_letters(work: Work, new: Mapping[int, int], orders: Collection[int]) -> None:
    """Supersede the old letters of the orders that a print run carried out, and settle the orders.

    ``new`` is the printed letter's key by household. Call it before the new letters are marked as
    printed: a household can have only one such letter.
    """
    for old in work.session.scalars(
        select(Letter)
        .where(
            Letter.household_id.in_(new.keys()),
            Letter.kind == CREDENTIAL_LETTER,
            Letter.state == LetterState.HANDED_OVER,
        )
        .order_by(Letter.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        old.state = LETTER.next(old.state, "supersede")
        record(work, "letter.supersede", "letter", old.id, household_id=old.household_id)
    for row in work.session.scalars(
        select(LetterOrder)
        .where(LetterOrder.id.in_(orders))
        .order_by(LetterOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        row.state, row.changed_at = LETTER_ORDER.next(row.state, "print"), work.now
        row.letter_id = new[row.household_id]
    work.session.flush()


def reopen_orders(work: Work, letter_ids: Collection[int]) -> int:
    """Reopen the orders of letters that were discarded before anybody saw them; return how many.

    The households are still owed a letter. The next one has the same reason again, and goes to the
    other address if the ward ordered one. If a newer order is open, it covers both.
    """
    open_too = aliased(LetterOrder)
    newer = select(open_too.id).where(
        open_too.household_id == LetterOrder.household_id, open_too.state == LETTER_ORDER.initial
    )
    rows = work.session.scalars(
        select(LetterOrder)
        .where(
            LetterOrder.letter_id.in_(letter_ids),
            LetterOrder.state == OrderState.PRINTED,
            ~newer.exists(),
        )
        .order_by(LetterOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.state, row.changed_at, row.letter_id = (
            LETTER_ORDER.next(row.state, "reopen"),
            work.now,
            None,
        )
        record(
            work,
            "letter.order_reopened",
            "letter_order",
            row.id,
            household_id=row.household_id,
            reason=row.reason,
        )
    work.session.flush()
    return len(rows)


def _open(household_id: int) -> Select[LetterOrder]:
    return select(LetterOrder).where(
        LetterOrder.household_id == household_id, LetterOrder.state == LETTER_ORDER.initial
    )
