"""The program's progress from roster to post, as steps that are done, current or to come."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

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


class StepState(StrEnum):
    """Whether a step is done, the current one, or to come."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name (the site has the label), its state, and how many of how many are done."""

    name: str
    state: StepState
    done: int = 0
    all: int = 0


def next_steps(session: Session) -> list[Step]:
    """Return the steps in order; the first one that is not done is the current one."""
    facts = (*_roster_facts(session), *_coupon_facts(session), *_letter_facts(session))
    steps = []
    state = StepState.NOW
    for one in facts:
        steps.append(Step(one.name, StepState.DONE if one.is_done else state, one.done, one.all))
        if not one.is_done:
            state = StepState.LATER
    return steps


class _Fact(NamedTuple):
    """One step as counted: how many of how many are done, and whether that is enough."""

    name: str
    is_done: bool
    done: int = 0
    all: int = 0


def _enough(name: str, done: int, wanted: int) -> _Fact:
    return _Fact(name, wanted > 0 and done >= wanted, done, wanted)


def _roster_facts(session: Session) -> tuple[_Fact, ...]:
    active = select(func.count(Household.id)).where(Household.state == "active")
    households = _count(session, active)
    return (
        _Fact("roster", households > 0, households, households),
        _Fact("protection", protection_loaded(session)),
    )


def _coupon_facts(session: Session) -> tuple[_Fact, ...]:
    stock = _count(session, select(func.count(Coupon.id)))
    assigned = _count(
        session,
        select(func.count(Entitlement.id))
        .join(Coupon, Coupon.entitlement_id == Entitlement.id)
        .where(Entitlement.state == "in_progress", Coupon.state.in_(LIVE)),
    )
    # A child whose request stopped its coupon, or who must not be served now, gets none and is not
    # waited for.
    wanted = assigned + wanting_count(session)
    return (
        _Fact("codes", stock > 0 and stock >= wanted, stock, wanted),
        _enough("assign", assigned, wanted),
    )


def _letter_facts(session: Session) -> tuple[_Fact, ...]:
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
    printed = _count(session, with_letter.where(Letter.state.in_(("printed", "handed_over"))))
    sent = _count(session, with_letter.where(Letter.state == "handed_over"))
    return _enough("letters", printed, ready), _enough("hand_over", sent, ready)


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
