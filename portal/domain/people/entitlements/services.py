"""Write entitlements: one per eligible child, held and released with the household, closed once."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT

Subject = tuple[int, int | None]
"""An entitlement's key and its household's."""


class NewEntitlement(Struct, frozen=True):
    """An entitlement to create: whose it is, its amount in yen, and whether it is held at first."""

    child_id: int
    household_id: int
    amount_yen: int
    held: bool = False


def create_all(session: Session, new: Iterable[NewEntitlement], now: datetime) -> list[Entitlement]:
    """Create entitlements, one for each child.

    Raises:
        InputError: an amount is not positive.
    """
    held = ENTITLEMENT.next(ENTITLEMENT.initial, "hold")
    made = []
    for one in new:
        if one.amount_yen <= 0:
            raise InputError(_s("金額は1円以上にしてください。"))
        made.append(
            Entitlement(
                child_id=one.child_id,
                household_id=one.household_id,
                amount_yen=one.amount_yen,
                state=held if one.held else ENTITLEMENT.initial,
                created_at=now,
                changed_at=now,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def hold_household(session: Session, household_id: int, now: datetime) -> int:
    """Hold the household's entitlements in progress, and return how many.

    Repeating it changes nothing.
    """
    return _step_all(session, household_id, "hold", now)


def release_household(session: Session, household_id: int, now: datetime) -> int:
    """Return the household's held entitlements to progress; return how many.

    The caller has released its holds.
    """
    return _step_all(session, household_id, "release", now)


def _step_all(session: Session, household_id: int, action: str, now: datetime) -> int:
    changed = 0
    for source, target in ENTITLEMENT.steps[action].items():
        result = session.execute(
            update(Entitlement)
            .where(Entitlement.household_id == household_id, Entitlement.state == source)
            .values(state=target, changed_at=now)
            .execution_options(synchronize_session="fetch")
        )
        changed += result.rowcount if isinstance(result, CursorResult) else 0
    return changed


def locked(session: Session, entitlement_id: int) -> Entitlement:
    """Return the row, read anew and locked to the end of the transaction.

    Raises:
        NotFoundError: no entitlement has this key.
    """
    row = session.get(Entitlement, entitlement_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("対象者が見つかりません。"))
    return row


def change(work: Work, entitlement_id: int, action: str) -> Entitlement:
    """Take one step of the state machine on one entitlement and log it.

    Only withdrawing a decline leaves a final state.

    Raises:
        NotFoundError: no entitlement has this key.
        WrongStateError: not possible from its state.
    """
    entitlement = locked(work.session, entitlement_id)
    before = entitlement.state
    entitlement.state = ENTITLEMENT.next(before, action)
    entitlement.changed_at = work.now
    record(
        work,
        f"entitlement.{action}",
        "entitlement",
        entitlement.id,
        household_id=entitlement.household_id,
        before=before,
        after=entitlement.state,
    )
    work.session.flush()
    return entitlement


CHANGED_AT_ONCE = 500


def change_many(work: Work, entitlement_ids: Iterable[int], action: str, **detail: str) -> int:
    """Take one step on many entitlements, all or none, each with its own event; return how many.

    Raises:
        NotFoundError: one of the keys has no row.
        WrongStateError: not possible from the state of one of them.
    """
    wanted = sorted(set(entitlement_ids))
    for start in range(0, len(wanted), CHANGED_AT_ONCE):
        part = wanted[start : start + CHANGED_AT_ONCE]
        rows = work.session.execute(
            select(Entitlement.id, Entitlement.household_id, Entitlement.state)
            .where(Entitlement.id.in_(part))
            .order_by(Entitlement.id)
            .with_for_update()
        ).all()
        if len(rows) != len(part):
            raise NotFoundError(_s("対象者が見つかりません。"))
        by_state: dict[str, list[Subject]] = {}
        for key, household_id, state in rows:
            by_state.setdefault(state, []).append((key, household_id))
        for before, subjects in by_state.items():
            after = ENTITLEMENT.next(before, action)
            _set_state(work, subjects, after)
            event = f"entitlement.{action}"
            record_many(work, event, "entitlement", subjects, before=before, after=after, **detail)
    return len(wanted)


def _set_state(work: Work, subjects: list[Subject], state: str) -> None:
    work.session.execute(
        update(Entitlement)
        .where(Entitlement.id.in_([key for key, _household in subjects]))
        .values(state=state, changed_at=work.now)
        .execution_options(synchronize_session="fetch")
    )
