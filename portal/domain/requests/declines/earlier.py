"""Finds earlier declines of a household: a new declaration completes one, or is refused."""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _
from portal.domain.requests.declines.declaring import Right, Unfinished
from portal.domain.requests.declines.items import items_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import WEAK
from portal.domain.requests.declines.states import LIVE, DeclineState
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState

_R = table_of(Request)
_EARLIER = (
    select(_R.c.id)
    .where(_R.c.household_id == bindparam("household_id"), _R.c.kind == RequestKind.DECLINE)
    .limit(1)
)


def look_back(session: Session, household_id: int, rights: Collection[Right]) -> Unfinished | None:
    """Return the earlier decline that a declaration of a locked household completes, if any.

    Raises:
        ConflictError: a child's decline is under way or done in another request.
    """
    if session.scalar(_EARLIER, {"household_id": household_id}) is None:
        return None
    found = unfinished(session, household_id, rights)
    refuse_declined(session, rights, but_not=found.request.id if found else None)
    return found


def unfinished(session: Session, household_id: int, rights: Collection[Right]) -> Unfinished | None:
    """Return the newest decline that a declaration of these children completes.

    That is a wish recorded on the telephone (no items yet); or one of theirs that was returned for
    correction, unclear, late, or signed by a person who is not authorized.
    """
    rows = session.scalars(
        select(Request)
        .where(
            Request.household_id == household_id,
            Request.kind == RequestKind.DECLINE,
            Request.state.in_((RequestState.WAITING, RequestState.WITH_RESIDENT)),
        )
        .order_by(Request.id.desc())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    wanted = {right.id for right in rights}
    for row in rows:
        items = [item for item in items_of(session, row.id) if item.state in LIVE]
        weak = bool(WEAK & set(row.warnings))
        waits = {
            i.entitlement_id
            for i in items
            if weak or i.state in {DeclineState.RETURNED_FOR_CORRECTION, DeclineState.UNCLEAR}
        }
        if not items or waits & wanted:
            return Unfinished(row, items)
    return None


def refuse_declined(
    session: Session, rights: Collection[Right], *, but_not: int | None = None
) -> None:
    """Refuse children whose decline is under way or done in another request.

    Raises:
        ConflictError: ``already_declined``; the sentence names the receipt number.
    """
    number = session.scalar(
        select(Request.receipt_no)
        .join(DeclineItem, DeclineItem.request_id == Request.id)
        .where(
            DeclineItem.entitlement_id.in_([right.id for right in rights]),
            DeclineItem.state.in_(LIVE),
            Request.id != (but_not or 0),
        )
        .limit(1)
    )
    if number is not None:
        raise ConflictError(
            _("選んだこどもの辞退は、もう受け付けています。受付番号は %(number)s です。")
            % {"number": number},
            code="already_declined",
        )
