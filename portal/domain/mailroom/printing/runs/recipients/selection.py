"""Select the households that get a letter now, and why the others get none."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.letters.models import Letter, LetterOrder
from portal.domain.letters.letters.orders import NOT_HANDED_OVER
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, FIRST, LETTER_ORDER, LetterState
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT, EntitlementState
from portal.domain.people.households.models import Household, PrintText
from portal.domain.people.households.queries import has_open_hold, withheld
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.pauses.queries import is_paused

CREDENTIAL = CREDENTIAL_LETTER

DUE = "due"


class LeftOut(Labeled):
    """Why a household gets no letter or notice, as staff read it."""

    PROTECTED = "protected", lambda: _s("支援措置の対象（区が確かめている世帯をふくむ）")
    """Only the ward is told how many."""

    HELD = "held", lambda: _s("保留中")
    REMOVED = "removed", lambda: _s("対象から外れた")
    NOTHING_DUE = "nothing_due", lambda: _s("届けるものがない")
    HAS_LETTER = "has_letter", lambda: _s("手紙がもうある")
    HAS_NOTICE = "has_notice", lambda: _s("事前案内がもうある")


def told(left_out: Mapping[str, int]) -> dict[str, int]:
    """Return why households got nothing without those under protection, whom no print counts.

    Beside the list of a day before, their number would tell of each new one (decision 0068).
    """
    return {reason: count for reason, count in left_out.items() if reason != LeftOut.PROTECTED}


LEFT_OUT = tuple(reason for reason in LeftOut if reason is not LeftOut.HAS_NOTICE)


def _has_entitlement(state: str) -> ColumnElement[bool]:
    here = and_(Entitlement.household_id == Household.id, Entitlement.state == state)
    return select(Entitlement.id).where(here).correlate(Household).exists()


def _has_letter(*states: str) -> ColumnElement[bool]:
    letter = select(Letter.id).where(
        Letter.household_id == Household.id, Letter.kind == CREDENTIAL, Letter.state.in_(states)
    )
    return letter.correlate(Household).exists()


def _ordered() -> ColumnElement[bool]:
    order = select(LetterOrder.id).where(
        LetterOrder.household_id == Household.id, LetterOrder.state == LETTER_ORDER.initial
    )
    return order.correlate(Household).exists()


def _reason(*letter_states: LetterState) -> ColumnElement[str]:
    """Return why a household gets no letter, or ``DUE`` if it gets one.

    A letter in one of the given states is a reason. So is one that was handed over, unless a new
    one was ordered.
    """
    return case(
        (Household.state != HouseholdState.ACTIVE, LeftOut.REMOVED.value),
        (withheld(), LeftOut.PROTECTED.value),
        # a household is held as a whole: one held child makes the others wait (design.md §3)
        (
            or_(has_open_hold(Household.id.expression), _has_entitlement(EntitlementState.HELD)),
            LeftOut.HELD.value,
        ),
        (~_has_entitlement(ENTITLEMENT.initial), LeftOut.NOTHING_DUE.value),
        (_has_letter(*letter_states), LeftOut.HAS_LETTER.value),
        (and_(_has_letter(LetterState.HANDED_OVER), ~_ordered()), LeftOut.HAS_LETTER.value),
        # last, so that no other number changes while nothing goes out to a household
        (is_paused(Household.id.expression), LeftOut.PROTECTED.value),
        else_=DUE,
    )


def counts(session: Session, *, except_run: int | None = None) -> dict[str, int]:
    """Return how many households get a letter (``due``), and how many do not, by reason.

    Each counts once; those whose letter is in the run ``except_run`` do not count.
    """
    inside = select(Letter.household_id).where(
        Letter.print_run_id == except_run, Letter.state == LetterState.PRINTED
    )
    statement = select(_reason(*NOT_HANDED_OVER).label("reason"))
    reasons = (
        statement if except_run is None else statement.where(Household.id.not_in(inside))
    ).subquery()
    rows = session.execute(select(reasons.c.reason, func.count()).group_by(reasons.c.reason))
    found = {reason: int(count) for reason, count in rows}
    return {reason: found.get(reason, 0) for reason in (DUE, *LEFT_OUT)}


def due(session: Session) -> list[Recipient]:
    """Return every household that gets a letter now."""
    return list(_recipients(session, _reason(*NOT_HANDED_OVER) == DUE).values())


def still_due(session: Session, household_ids: Collection[int]) -> Mapping[int, Recipient]:
    """Return the households whose prepared letter may still be printed, by key.

    If a new letter was ordered for a household, it may not be printed once the order is cancelled.
    """
    may = _reason(LetterState.PRINTED) == DUE
    return _recipients(session, and_(Household.id.in_(household_ids), may))


def _recipients(session: Session, condition: ColumnElement[bool]) -> dict[int, Recipient]:
    order = and_(
        LetterOrder.household_id == Household.id, LetterOrder.state == LETTER_ORDER.initial
    )
    facts = (
        Household.changed_at,
        PrintText.approved_at,
        LetterOrder.changed_at,
        Household.counter,
        LetterOrder.id,
        LetterOrder.reason,
        Household.large_print,
    )
    rows = session.execute(
        select(Household.id, func.count(Entitlement.id), func.sum(Entitlement.amount_yen), *facts)
        .join(Entitlement, Entitlement.household_id == Household.id)
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .outerjoin(LetterOrder, order)
        .where(condition, Entitlement.state == ENTITLEMENT.initial)
        .group_by(Household.id, *facts)
        .order_by(Household.id)
    )
    return {
        key: Recipient(
            key, int(children), int(yen), tuple(stamp), counter, order_id, reason or FIRST, large
        )
        for key, children, yen, *stamp, counter, order_id, reason, large in rows
    }


def lock_households(session: Session, household_ids: Collection[int]) -> None:
    """Lock the households' rows, so that none can be protected between check and commit."""
    session.execute(
        select(Household.id)
        .where(Household.id.in_(household_ids))
        .order_by(Household.id)
        .with_for_update()
    ).all()
