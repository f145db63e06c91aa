"""How far the program is, from the roster to the post, as steps that are done, at work or still to come."""

from dataclasses import dataclass

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from portal.domain.letters.letters.models import Letter
from portal.domain.people.coupons.assignment import wanting_count
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import has_open_hold, withheld

DONE, NOW, LATER = "done", "now", "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name (the site has words for it), its state, and how many are done of how many."""

    name: str
    state: str
    done: int = 0
    all: int = 0


def next_steps(session: Session) -> list[Step]:
    """Return the steps in order; the first one that is not done is at work."""
    households = _count(
        session, select(func.count(Household.id)).where(Household.state == "active")
    )
    stock = _count(session, select(func.count(Coupon.id)))
    assigned = _count(
        session,
        select(func.count(Entitlement.id))
        .join(Coupon, Coupon.entitlement_id == Entitlement.id)
        .where(Entitlement.state == "in_progress", Coupon.state.in_(LIVE)),
    )
    # a child whose request stopped its coupon, or whom nobody may serve now, gets none: it is not
    # waited for
    wanted = assigned + wanting_count(session)
    served = (
        Entitlement.state == "in_progress",
        Household.state == "active",
        ~withheld(),
        ~has_open_hold(Household.id.expression),
    )
    ready = _count(
        session,
        select(func.count(distinct(Entitlement.household_id)))
        .join(Household, Household.id == Entitlement.household_id)
        .where(*served),
    )
    with_letter = (
        select(func.count(distinct(Letter.household_id)))
        .join(Entitlement, Entitlement.household_id == Letter.household_id)
        .join(Household, Household.id == Letter.household_id)
        .where(*served)
    )
    lettered = _count(session, with_letter.where(Letter.state.in_(("printed", "handed_over"))))
    sent = _count(session, with_letter.where(Letter.state == "handed_over"))
    facts = (
        ("roster", households > 0, households, households),
        ("protection", protection_loaded(session), 0, 0),
        ("codes", stock > 0 and stock >= wanted, stock, wanted),
        ("assign", wanted > 0 and assigned >= wanted, assigned, wanted),
        ("letters", ready > 0 and lettered >= ready, lettered, ready),
        ("hand_over", ready > 0 and sent >= ready, sent, ready),
    )
    steps = []
    state = NOW
    for name, done, count, total in facts:
        steps.append(Step(name, DONE if done else state, count, total))
        if not done:
            state = LATER
    return steps


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
