"""Select the households that get the advance notice (事前案内) now, and why others get none."""

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
from portal.domain.people.pauses.queries import is_paused

LEFT_OUT = tuple(LeftOut)


def _wanted() -> ColumnElement[bool]:
    return and_(
        Entitlement.household_id == Household.id,
        Entitlement.state == ENTITLEMENT.initial,
        or_(Entitlement.claimed_by.is_(None), Entitlement.claimed_by != DECLINE),
    )


def _reason(*notice_states: LetterState) -> ColumnElement[str]:
    """Return why a household gets no notice, or ``DUE`` if it gets one.

    An earlier notice in one of the given states is a reason.
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
        LetterWithoutId.state.in_(notice_states),
    )
    return case(
        (Household.state != HouseholdState.ACTIVE, LeftOut.REMOVED.value),
        # the ward informs those to whom it hands letters itself: their address may not be used
        (or_(Household.protected, Household.counter), LeftOut.PROTECTED.value),
        (or_(has_open_hold(Household.id.expression), there(held)), LeftOut.HELD.value),
        (~there(_wanted()), LeftOut.NOTHING_DUE.value),
        (there(letter), LeftOut.HAS_LETTER.value),
        (there(notice), LeftOut.HAS_NOTICE.value),
        (is_paused(Household.id.expression), LeftOut.PROTECTED.value),
        else_=DUE,
    )


MADE = (
    LetterState.PRINTED,
    LetterState.HANDED_OVER,
    LetterState.POSTED,
    LetterState.CAME_BACK,
)
"""A notice that came back counts too, since the ward checks the address before a second one."""


def counts(session: Session, *, except_run: int | None = None) -> dict[str, int]:
    """Return how many households get a notice (``due``), and how many do not, by reason.

    Each counts once; those whose notice is in the run ``except_run`` do not count.
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
    """Return the households that get a notice now, by key."""
    return _recipients(session, _reason(LetterState.PREPARED, *MADE) == DUE)


def still_due(session: Session, household_ids: Collection[int]) -> Mapping[int, Recipient]:
    """Return the households whose planned notice may still be printed, by key."""
    return _recipients(session, and_(Household.id.in_(household_ids), _reason(*MADE) == DUE))


def _recipients(session: Session, condition: ColumnElement[bool]) -> dict[int, Recipient]:
    rows = session.execute(
        select(
            Household.id,
            func.count(Entitlement.id),
            func.sum(Entitlement.amount_yen),
            Household.changed_at,
            PrintText.approved_at,
            Household.large_print,
        )
        .join(Entitlement, _wanted())
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .where(condition)
        .group_by(Household.id, Household.changed_at, PrintText.approved_at, Household.large_print)
        .order_by(Household.id)
    )
    found: dict[int, Recipient] = {}
    for key, children, yen, changed_at, approved_at, large in rows:
        stamp: tuple[datetime | None, ...] = (changed_at, approved_at)
        found[key] = Recipient(key, int(children), int(yen), stamp, large=large)
    return found
