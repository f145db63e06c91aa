"""Moves children to the household that the ward ordered, and makes it where needed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import coupons_of_household
from portal.domain.people.entitlements.claims import free
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import locked
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.moved import MovedView, keep_moved, next_ordinal
from portal.domain.people.households.newcomers import add_household
from portal.domain.people.households.queries import open_holds
from portal.domain.people.households.records import ChildFields, open_child, seal_child
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.signin.ending import end_sign_ins
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.newcomer import ADDRESS, PROTECTED, Newcomer
from portal.domain.requests.recipients.states import CHANGE
from portal.domain.requests.requests.models import Request

LEFT, CAME = "recipient.left", "recipient.came"
"""Audit events for the ward only: in the household that the child left, and in its new one."""


def locked_household(session: Session, household_id: int) -> Household:
    """Return the row, fresh and locked. Raises NotFoundError."""
    row = session.get(Household, household_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "active":
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    return row


def place(work: Work, row: Request, newcomer: Newcomer) -> Household:
    """Return the recipient's household, locked; the first call makes it.

    Raises:
        ConflictError: a household of the typed number was stored meanwhile.
        NotFoundError: the chosen household is gone.
    """
    known = newcomer.household_id if row.household_id is None else row.household_id
    if known is not None:
        household = locked_household(work.session, known)
    else:
        household = add_household(
            work,
            newcomer.fields(row.receipt_no),
            protected=newcomer.hand_over == PROTECTED,
            counter=newcomer.hand_over != ADDRESS,
        )
    row.household_id = household.id
    work.session.flush()
    return household


def keep_in_old_household(work: Work, item: RecipientChange, last_end: datetime | None) -> None:
    """Store what the old household goes on seeing of a child that is about to leave.

    That is a name and "under confirmation" (``domain.md`` §2.6 no. 6), sealed under its own key.
    ``last_end`` is the exchange end that its page showed. The household is locked.
    """
    entitlement = locked(work.session, item.entitlement_id)
    source, child = _child_in_source(work.session, item, entitlement)
    fields = _fields(work, source, child)
    keep_moved(
        work,
        source,
        MovedView(child.ordinal, fields.name, fields.kana, entitlement.amount_yen, last_end),
    )


def move_child(work: Work, item: RecipientChange, target: Household) -> None:
    """Move a child with its entitlement; its old coupon is stopped, both households locked."""
    entitlement = locked(work.session, item.entitlement_id)
    source, child = _child_in_source(work.session, item, entitlement)
    if source.id == target.id:
        raise _moved_already()
    fields = _fields(work, source, child)
    child.ordinal = next_ordinal(work.session, target.id)
    child.household_id, child.placed = target.id, True
    child.sealed = seal_child(work.vault.unwrap(target.wrapped_key), fields, child.person_digest)
    before = entitlement.state
    _give_entitlement(work, entitlement, target)
    source.changed_at = target.changed_at = work.now
    end_sign_ins(work, source.id)
    item.state, item.changed_at = CHANGE.next(item.state, "move"), work.now
    work.session.flush()
    free(work, entitlement.id, item.request_id)
    note_changed(work.session, (source.id, target.id))
    for action, of, other in ((LEFT, source.id, target.id), (CAME, target.id, source.id)):
        record(
            work,
            action,
            "entitlement",
            entitlement.id,
            household_id=of,
            household=other,
            request=item.request_id,
            before=before,
            after=entitlement.state,
        )
    work.session.flush()


def _child_in_source(
    session: Session, item: RecipientChange, entitlement: Entitlement
) -> tuple[Household, Child]:
    source = session.get_one(Household, item.from_household_id)
    child = session.get_one(Child, entitlement.child_id)
    if child.household_id != source.id:
        raise _moved_already()
    return source, child


def _moved_already() -> ConflictError:
    return ConflictError(_s("このこどもは、もう別の世帯に移りました。"))


def _fields(work: Work, household: Household, child: Child) -> ChildFields:
    return open_child(work.vault.unwrap(household.wrapped_key), child.sealed, child.person_digest)


def _give_entitlement(work: Work, entitlement: Entitlement, target: Household) -> None:
    """Assign the entitlement to the new household: only that household's holds hold the child."""
    entitlement.household_id, entitlement.changed_at = target.id, work.now
    action = "hold" if target.withheld or open_holds(work.session, target.id) else "release"
    if ENTITLEMENT.can(entitlement.state, action):
        entitlement.state = ENTITLEMENT.next(entitlement.state, action)


def last_end_seen(session: Session, item: RecipientChange) -> datetime | None:
    """Return the exchange end that the old household's page shows (exclusive, UTC)."""
    entries = coupons_of_household(session, item.from_household_id)
    return next((e.exchange_end for e in entries if e.entitlement_id == item.entitlement_id), None)


def had_coupon(session: Session, entitlement_id: int) -> bool:
    """Tell whether a coupon was ever assigned, so that a new one takes its place at once."""
    query = select(Coupon.id).where(Coupon.entitlement_id == entitlement_id).limit(1)
    return session.scalar(query) is not None


def give_coupon(work: Work, entitlement: Entitlement, *, must: bool) -> None:
    """Assign the new code together with the stop of the old one.

    With ``must`` an empty stock refuses; else, where the issuer has stopped the old code already,
    the next assignment gives the code.

    Raises:
        ConflictError: no code is left (``coupon_stock``).
    """
    if entitlement.state != ENTITLEMENT.initial:
        return
    try:
        with work.session.begin_nested():
            assign_replacement(work, entitlement.id)
    except ConflictError:
        if must:
            raise
