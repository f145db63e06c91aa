"""Which households get the advance notice (事前案内) now, and why the others get none."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.letters.letters.states import (
    ADVANCE_NOTICE,
    CREDENTIAL_LETTER,
    LIVE,
    LetterState,
)
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.mailroom.printing.runs.recipients.selection import DUE, LeftOut
from portal.domain.people.entitlements.claims import DECLINE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT, EntitlementState
from portal.domain.people.households.models import Household, PrintText
from portal.domain.people.households.queries import has_open_hold
from portal.domain.people.households.states import HouseholdState

LEFT_OUT = tuple(LeftOut)


def _wanted() -> ColumnElement[bool]:
    return and_(
        Entitlement.household_id == Household.id,
        Entitlement.state == ENTITLEMENT.initial,
        or_(Entitlement.claimed_by.is_(None), Entitlement.claimed_by != DECLINE),
    )


def _reason(*still_due_items: str) -> ColumnElement[str]:
    """Return why a household gets none, ``DUE`` if it gets one.

    A notice in one of the given states is a reason.
    """

    def there(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(1).where(condition).correlate(Household).exists()

    held = and_(
        Entitlement.household_id == Household.id, Entitlement.state == EntitlementState.HELD
    )
    letter = and_(
        Letter.household_id == Household.id,
        Letter.kind == CREDENTIAL_LETTER,
        Letter.state.in_(LIVE),
    )
    notice = and_(
        LetterWithoutId.household_id == Household.id,
        LetterWithoutId.kind == ADVANCE_NOTICE,
        LetterWithoutId.state.in_(still_due_items),
    )
    return case(
        (Household.state != HouseholdState.ACTIVE, LeftOut.REMOVED.value),
        # whom the ward hands letters itself it also tells itself: no address of theirs may be used
        (or_(Household.protected, Household.counter), LeftOut.PROTECTED.value),
        (or_(has_open_hold(Household.id.expression), there(held)), LeftOut.HELD.value),
        (~there(_wanted()), LeftOut.NOTHING_DUE.value),
        (there(letter), LeftOut.HAS_LETTER.value),
        (there(notice), LeftOut.HAS_NOTICE.value),
        else_=DUE,
    )


MADE = (
    LetterState.PRINTED,
    LetterState.HANDED_OVER,
    LetterState.POSTED,
    LetterState.CAME_BACK,
)
"""A notice that came back is no reason for a second one: the ward looks at the address first."""


def counts(session: Session, *, except_run: int | None = None) -> dict[str, int]:
    """Return how many households get a notice (``due``) and how many do not, by reason.

    Each counts once.

    ``except_run``: without the households whose notice is in this run.
    """
    inside = select(LetterWithoutId.household_id).where(
        LetterWithoutId.print_run_id == except_run,
        LetterWithoutId.state == LetterState.PRINTED,
        LetterWithoutId.household_id.is_not(None),
    )
    statement = select(_reason(LetterState.PREPARED, *MADE).label("reason"))
    reasons = (
        statement if except_run is None else statement.where(Household.id.not_in(inside))
    ).subquery()
    found = {
        reason: int(count)
        for reason, count in session.execute(
            select(reasons.c.reason, func.count()).group_by(reasons.c.reason)
        )
    }
    return {reason: found.get(reason, 0) for reason in (DUE, *LEFT_OUT)}


def due(session: Session) -> dict[int, Recipient]:
    """Return every household that gets a notice now."""
    return _items(session, _reason(LetterState.PREPARED, *MADE) == DUE)


def still_due(session: Session, household_ids: Collection[int]) -> Mapping[int, Recipient]:
    """Return those of the households whose notice, planned before, may still be printed."""
    return _items(session, and_(Household.id.in_(household_ids), _reason(*MADE) == DUE))


def _items(session: Session, condition: ColumnElement[bool]) -> dict[int, Recipient]:
    rows = session.execute(
        select(
            Household.id,
            func.count(Entitlement.id),
            func.sum(Entitlement.amount_yen),
            Household.changed_at,
            PrintText.approved_at,
        )
        .join(Entitlement, _wanted())
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .where(condition)
        .group_by(Household.id, Household.changed_at, PrintText.approved_at)
        .order_by(Household.id)
    )
    found: dict[int, Recipient] = {}
    for key, children, yen, changed_at, approved_at in rows:
        stamp: tuple[datetime | None, ...] = (changed_at, approved_at)
        found[key] = Recipient(key, int(children), int(yen), stamp)
    return found
