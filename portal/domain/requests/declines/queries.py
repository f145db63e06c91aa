"""Reads declines: of a household's children, of one request, and what a resident may declare."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import _
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.entitlements.claims import DECLINE, RECIPIENT_CHANGE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN as OPEN_ENTITLEMENT
from portal.domain.people.households.models import Child
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import DeclineWarning
from portal.domain.requests.declines.states import LIVE, DeclineState
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import OPEN, RequestState

ASKED_BACK = frozenset({DeclineState.RETURNED_FOR_CORRECTION, DeclineState.UNCLEAR})
"""The household was asked, and has not answered yet."""


class ChildDecline(Struct, frozen=True):
    """One child's decline that is in progress or done.

    Attributes:
        ordinal: The child's number in the household.
        state: The state of its item.
        receipt_no: The receipt number of the request.
    """

    ordinal: int
    state: str
    receipt_no: str

    @property
    def is_done(self) -> bool:
        """Tell whether the child is declined."""
        return self.state == DeclineState.ACCEPTED


class Choice(Struct, frozen=True):
    """One child as the journey offers it.

    Attributes:
        ordinal: The child's number in the household.
        amount_yen: What the child would give up.
        why_not: Why it cannot be declined; "" where it can.
        receipt_no: The number of its own decline where that is the reason; else "".
    """

    ordinal: int
    amount_yen: int
    why_not: str
    receipt_no: str = ""


class ItemFact(Struct, frozen=True):
    """One child of a request as a reviewer sees it.

    ``signed`` where an adult's own signature arrived.
    """

    ordinal: int
    state: str
    adult: bool
    signed: bool


def item_facts(session: Session, request_id: int) -> list[ItemFact]:
    """Return the children of a request, in the order of the household."""
    rows = session.execute(
        select(Child.ordinal, DeclineItem.state, DeclineItem.adult, DeclineItem.countersigned_at)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .join(DeclineItem, DeclineItem.entitlement_id == Entitlement.id)
        .where(DeclineItem.request_id == request_id)
        .order_by(Child.ordinal, DeclineItem.id)
    )
    return [
        ItemFact(ordinal, state, adult, signed is not None)
        for ordinal, state, adult, signed in rows
    ]


def choices(session: Session, household_id: int) -> list[Choice]:
    """Return a household's children, each with the reason why it cannot be declined, if any."""
    declines = declines_of_household(session, household_id)
    return [
        _choice(entry, declines.get(entry.ordinal))
        for entry in coupons_of_household(session, household_id)
    ]


def _choice(entry: HouseholdCoupon, decline: ChildDecline | None) -> Choice:
    why_not = _why_not(entry, decline)
    number = decline.receipt_no if decline is not None and _is_under_way(decline) else ""
    return Choice(entry.ordinal, entry.amount_yen, why_not, number)


def _is_under_way(decline: ChildDecline) -> bool:
    return decline.state not in ASKED_BACK


def _why_not(entry: HouseholdCoupon, decline: ChildDecline | None) -> str:
    if decline is not None and _is_under_way(decline):
        return _("辞退しました") if decline.is_done else _("辞退の手続き中です")
    if entry.entitlement_state not in OPEN_ENTITLEMENT:
        return _("もう手続きが終わっています")
    if entry.is_spent:
        return _("クーポンを使ったため、辞退できません")
    if entry.is_shown_for_good:
        return _("クーポンを一度表示したため、辞退できません")
    if entry.claimed_by == RECIPIENT_CHANGE:
        return _(
            "確認中です"
        )  # as for any hold: the reader learns neither what is open nor who asked
    if entry.claimed_by is not None and (decline is None or entry.claimed_by != DECLINE):
        return _("別の申請の手続き中です")
    return ""


def declines_of_household(session: Session, household_id: int) -> dict[int, ChildDecline]:
    """Return declines in progress or done, by the children's numbers in the household."""
    rows = session.execute(
        select(Child.ordinal, DeclineItem.state, Request.receipt_no)
        .select_from(Request)
        .join(DeclineItem, DeclineItem.request_id == Request.id)
        .join(Entitlement, Entitlement.id == DeclineItem.entitlement_id)
        .join(Child, Child.id == Entitlement.child_id)
        .where(
            Request.household_id == household_id,
            Child.household_id == household_id,
            DeclineItem.state.in_(LIVE),
        )
    )
    return {ordinal: ChildDecline(ordinal, state, number) for ordinal, state, number in rows}


def ordinals_of(session: Session, request_id: int, states: Sequence[str] = ()) -> list[int]:
    """Return the numbers of the children of a request (in these states, or all)."""
    statement = (
        select(Child.ordinal)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .join(DeclineItem, DeclineItem.entitlement_id == Entitlement.id)
        .join(Request, Request.id == DeclineItem.request_id)
        # a child that belongs to another household by now has another number there
        .where(
            DeclineItem.request_id == request_id, Entitlement.household_id == Request.household_id
        )
        .order_by(Child.ordinal)
    )
    if states:
        statement = statement.where(DeclineItem.state.in_(states))
    return list(session.scalars(statement))


def wish_of(session: Session, household_id: int) -> Request | None:
    """Return a wish recorded on the telephone that waits for the resident's own declaration."""
    has_items = select(DeclineItem.id).where(DeclineItem.request_id == Request.id).exists()
    return session.scalars(
        select(Request)
        .where(
            Request.household_id == household_id,
            Request.kind == RequestKind.DECLINE,
            Request.state.in_(OPEN),
            ~has_items,
        )
        .order_by(Request.id.desc())
        .limit(1)
    ).first()


def may_complete(session: Session, household_id: int) -> bool:
    """Tell whether an earlier declaration in time may be completed after the window.

    That is a correction, an unclear form, one that lacks a letter of attorney, or a receipt that
    was honored.
    """
    rows = session.scalars(
        select(Request).where(
            Request.household_id == household_id,
            Request.kind == RequestKind.DECLINE,
            Request.state.in_((RequestState.WAITING, RequestState.WITH_RESIDENT)),
        )
    ).all()
    for row in rows:
        states = set(
            session.scalars(select(DeclineItem.state).where(DeclineItem.request_id == row.id))
        )
        asked_back = bool(states & ASKED_BACK) or DeclineWarning.NO_ATTORNEY in row.warnings
        honored = not states and DeclineWarning.HONORED in row.warnings
        if DeclineWarning.LATE not in row.warnings and (asked_back or honored):
            return True
    return False


def rights_of_request(session: Session, request: Request) -> list[tuple[int, int]]:
    """Return the numbers and yen of the children whom a request declines.

    Of a withdrawn request, those whom it named.
    """
    rows = session.execute(
        select(Child.ordinal, Entitlement.amount_yen, DeclineItem.state)
        .join(Entitlement, Entitlement.child_id == Child.id)
        .join(DeclineItem, DeclineItem.entitlement_id == Entitlement.id)
        .where(
            DeclineItem.request_id == request.id, Entitlement.household_id == request.household_id
        )
        .order_by(Child.ordinal)
    ).all()
    live = [(ordinal, yen) for ordinal, yen, state in rows if state in LIVE]
    return live or [(ordinal, yen) for ordinal, yen, _state in rows]
