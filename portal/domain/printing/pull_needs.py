"""Which letters of a run must not go out any more although it was handed over, and why."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.entitlements.claims import DECLINE
from portal.domain.entitlements.models import Entitlement
from portal.domain.entitlements.states import ENTITLEMENT
from portal.domain.households.models import Hold, Household
from portal.domain.households.queries import has_open_hold, withheld
from portal.domain.incidents.queries import letters_to_pull
from portal.domain.letters.models import Letter
from portal.domain.printing.models import PullLetter
from portal.domain.shipments.models import Shipment

DIED, MOVED, REMOVED, DECLINED, STOPPED = ("died", "moved", "removed", "declined", "stopped")
"""Why; ``stopped`` is every other stop, so that the code never says who is protected."""
WAITING = ("listed", "sent")


@dataclass(frozen=True, slots=True)
class Need:
    """A letter that must be pulled, and why."""

    letter_id: int
    number: str
    reason: str


def _open_hold(prefix: str) -> ColumnElement[bool]:
    here = and_(Hold.household_id == Household.id, Hold.state == "open", Hold.code.startswith(prefix))
    return select(Hold.id).where(here).correlate(Household).exists()


def _nothing_left() -> ColumnElement[bool]:
    """Tell whether every child of a household declined or asked to; a letter for the others still goes."""
    wanted = and_(
        Entitlement.household_id == Household.id, Entitlement.state == ENTITLEMENT.initial,
        or_(Entitlement.claimed_by.is_(None), Entitlement.claimed_by != DECLINE),
    )  # fmt: skip
    return ~select(Entitlement.id).where(wanted).correlate(Household).exists()


def _reason() -> ColumnElement[str]:
    # the roster's codes for deaths and moves after the base day begin like this
    return case(
        (_open_hold("W11_"), DIED), (_open_hold("W10_"), MOVED), (Household.state != "active", REMOVED),
        (
            or_(
                withheld(), has_open_hold(Household.id.expression), Household.counter != Letter.counter,
                Letter.id.in_(letters_to_pull()),
            ),
            STOPPED,
        ),
        (_nothing_left(), DECLINED), else_="",
    )  # fmt: skip


def needs(session: Session, run_id: int) -> list[Need]:
    """Return the letters of a handed-over run, neither posted nor listed yet, that must not go out any more."""
    posted = exists().where(Shipment.letter_id == Letter.id, Shipment.state != "cancelled")
    listed = exists().where(PullLetter.letter_id == Letter.id)
    rows = session.execute(
        select(Letter.id, Letter.number, _reason())
        .join(Household, Household.id == Letter.household_id)
        .where(
            Letter.print_run_id == run_id, Letter.state == "handed_over", Letter.counter.is_(False), _reason() != "",
            ~posted, ~listed,
        )
        .order_by(Letter.id)
    )  # fmt: skip
    return [Need(letter_id, number, reason) for letter_id, number, reason in rows]


def runs_to_pull(session: Session) -> dict[int, int]:
    """Return the runs with letters that must be pulled or that wait for the mail house's answer, and how many."""
    posted = exists().where(Shipment.letter_id == Letter.id, Shipment.state != "cancelled")
    listed = exists().where(PullLetter.letter_id == Letter.id)
    open_line = exists().where(PullLetter.letter_id == Letter.id, PullLetter.state.in_(WAITING))
    needed = and_(Letter.state == "handed_over", Letter.counter.is_(False), _reason() != "", ~posted, ~listed)
    rows = session.execute(
        select(Letter.print_run_id, func.count(Letter.id))
        .join(Household, Household.id == Letter.household_id)
        .where(or_(needed, open_line))
        .group_by(Letter.print_run_id)
        .order_by(Letter.print_run_id)
    )
    return {run_id: int(count) for run_id, count in rows}
