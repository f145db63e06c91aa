"""Find the letters of a run that must be recalled after its hand-over, and why."""

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import label_of
from portal.domain.letters.letters.kinds import KINDS, WITHOUT_ID, Kind, kind_of
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.incidents.queries import letters_to_recall
from portal.domain.mailroom.printing.recalls.models import RecalledLetter
from portal.domain.mailroom.printing.recalls.states import WAITING, RecallReason
from portal.domain.people.entitlements.claims import DECLINE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.queries import has_open_hold, withheld
from portal.domain.people.households.states import HoldState, HouseholdState


class Need(Struct, frozen=True):
    """A letter that must be recalled, and why."""

    letter_id: int
    number: str
    reason: str

    @property
    def reason_name(self) -> str:
        """The label of its reason, for staff."""
        return label_of(RecallReason, self.reason)


def _open_hold(prefix: str) -> ColumnElement[bool]:
    here = and_(
        Hold.household_id == Household.id,
        Hold.state == HoldState.OPEN,
        Hold.code.startswith(prefix),
    )
    return select(Hold.id).where(here).correlate(Household).exists()


def _nothing_left() -> ColumnElement[bool]:
    """Return the condition that every child of a household declined or has asked to.

    If any child is left, the letter is still sent.
    """
    wanted = and_(
        Entitlement.household_id == Household.id,
        Entitlement.state == ENTITLEMENT.initial,
        or_(Entitlement.claimed_by.is_(None), Entitlement.claimed_by != DECLINE),
    )
    return ~select(Entitlement.id).where(wanted).correlate(Household).exists()


def listed_as(kind: Kind) -> ColumnElement[int | None]:
    """Return the column by which a recall list refers to a letter of this kind."""
    return (
        RecalledLetter.bare_letter_id if kind is WITHOUT_ID else RecalledLetter.letter_id
    ).expression


def _reason(kind: Kind) -> ColumnElement[str]:
    stopped = [
        withheld(),
        has_open_hold(Household.id.expression),
        Household.counter != kind.counter,
    ]
    if kind is not WITHOUT_ID:
        stopped.append(Letter.id.in_(letters_to_recall()))
    # the roster's codes for deaths and moves after the base day begin like this
    return case(
        (_open_hold("W11_"), RecallReason.DIED.value),
        (_open_hold("W10_"), RecallReason.MOVED.value),
        (Household.state != HouseholdState.ACTIVE, RecallReason.REMOVED.value),
        (or_(*stopped), RecallReason.STOPPED.value),
        (_nothing_left(), RecallReason.DECLINED.value),
        else_="",
    )


def _to_recall(kind: Kind) -> ColumnElement[bool]:
    """Return the condition of a letter to be recalled.

    It is handed over but not posted, is on no list yet, and has a reason to be stopped.
    """
    letters = kind.table
    listed = exists().where(listed_as(kind) == letters.id)
    needed = [letters.state == LetterState.HANDED_OVER, kind.by_post, _reason(kind) != "", ~listed]
    if kind is not WITHOUT_ID:  # a posted letter without an ID is not "handed over" any more
        needed.append(
            ~exists().where(
                Shipment.letter_id == Letter.id, Shipment.state != ShipmentState.CANCELLED
            )
        )
    return and_(*needed)


def needs(session: Session, run_id: int) -> list[Need]:
    """Return the letters of a handed-over run that must be recalled and are on no list yet.

    A test posting has none, since it concerns no household.
    """
    kind = kind_of(session, run_id)
    letters = kind.table
    rows = session.execute(
        select(letters.id, letters.number, _reason(kind))
        .join(Household, Household.id == letters.household_id)
        .where(letters.print_run_id == run_id, _to_recall(kind))
        .order_by(letters.id)
    )
    return [Need(letter_id, number, reason) for letter_id, number, reason in rows]


def runs_to_recall(session: Session) -> dict[int, int]:
    """Return the number of letters to recall or unanswered, by run; only runs with any."""
    found: dict[int, int] = {}
    for kind in KINDS:
        letters = kind.table
        open_line = exists().where(listed_as(kind) == letters.id, RecalledLetter.state.in_(WAITING))
        rows = session.execute(
            select(letters.print_run_id, func.count(letters.id))
            .join(Household, Household.id == letters.household_id)
            .where(or_(_to_recall(kind), open_line))
            .group_by(letters.print_run_id)
        )
        found |= {run_id: int(count) for run_id, count in rows}
    return dict(sorted(found.items()))
