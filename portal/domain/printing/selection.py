"""Which households get a letter now, and why the others get none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.entitlements.models import Entitlement
from portal.domain.entitlements.states import ENTITLEMENT
from portal.domain.households.models import Household, PrintText
from portal.domain.households.queries import has_open_hold
from portal.domain.letters.models import Letter
from portal.domain.letters.states import CREDENTIAL_LETTER, LIVE

CREDENTIAL = CREDENTIAL_LETTER

REMOVED, PROTECTED, HELD, NOTHING_DUE, HAS_LETTER, DUE = (
    "removed", "protected", "held", "nothing_due", "has_letter", "due",
)  # fmt: skip
LEFT_OUT = (PROTECTED, HELD, REMOVED, NOTHING_DUE, HAS_LETTER)


@dataclass(frozen=True, slots=True)
class Due:
    """A household to be issued, as it stands now; when this changes, what was drawn for it is thrown away."""

    household_id: int
    children: int
    amount_yen: int
    changed_at: datetime
    text_approved_at: datetime | None


def _has_entitlement(state: str) -> ColumnElement[bool]:
    here = and_(Entitlement.household_id == Household.id, Entitlement.state == state)
    return select(Entitlement.id).where(here).correlate(Household).exists()


def _reason() -> ColumnElement[str]:
    letter = select(Letter.id).where(
        Letter.household_id == Household.id, Letter.kind == CREDENTIAL, Letter.state.in_(LIVE)
    )
    return case(
        (Household.state != "active", REMOVED),
        (Household.protected, PROTECTED),
        # a household is held whole: one held child keeps the others waiting (design.md §3)
        (or_(has_open_hold(Household.id.expression), _has_entitlement("held")), HELD),
        (~_has_entitlement(ENTITLEMENT.initial), NOTHING_DUE),
        (letter.correlate(Household).exists(), HAS_LETTER),
        else_=DUE,
    )


def counts(session: Session) -> dict[str, int]:
    """Return how many households get a letter (``due``) and how many do not, by reason; each counts once."""
    reasons = select(_reason().label("reason")).subquery()
    rows = session.execute(select(reasons.c.reason, func.count()).group_by(reasons.c.reason))
    found = {reason: int(count) for reason, count in rows}
    return {reason: found.get(reason, 0) for reason in (DUE, *LEFT_OUT)}


def due(session: Session) -> list[Due]:
    """Return every household that gets a letter now."""
    return list(_standing(session, _reason() == DUE).values())


def still_due(session: Session, household_ids: Collection[int]) -> Mapping[int, Due]:
    """Return those of the households that may still be printed, as they stand now; their own letter is no reason."""
    may = _reason().in_((DUE, HAS_LETTER))
    return _standing(session, and_(Household.id.in_(household_ids), may))


def _standing(session: Session, condition: ColumnElement[bool]) -> dict[int, Due]:
    rows = session.execute(
        select(
            Household.id,
            func.count(Entitlement.id),
            func.sum(Entitlement.amount_yen),
            Household.changed_at,
            PrintText.approved_at,
        )
        .join(Entitlement, Entitlement.household_id == Household.id)
        .outerjoin(PrintText, PrintText.household_id == Household.id)
        .where(condition, Entitlement.state == ENTITLEMENT.initial)
        .group_by(Household.id, Household.changed_at, PrintText.approved_at)
        .order_by(Household.id)
    )
    return {row[0]: Due(row[0], int(row[1]), int(row[2]), row[3], row[4]) for row in rows}


def lock_households(session: Session, household_ids: Collection[int]) -> None:
    """Lock the rows to the end of the transaction, so that no protection comes in between check and commit."""
    session.execute(
        select(Household.id).where(Household.id.in_(household_ids)).order_by(Household.id).with_for_update()
    ).all()
