"""End what nobody ended, and forget calls, events and seats after seven days."""

from datetime import timedelta

from sqlalchemy import delete, select

from portal.domain.contacts.floor.models import FloorCall, FloorEvent, FloorSeat
from portal.domain.contacts.floor.states import FLOOR_CALL, OPEN
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.work import Work

KEPT = timedelta(days=7)
"""How long a caller's number is kept, and all that is beside it."""
LONGEST_CALL = timedelta(hours=2)
"""A call that is older has ended, though the telephone system did not say so."""
AT_ONCE = 500


def forget_old(work: Work) -> int:
    """Lose calls without an end, free seats of earlier days, and delete what is seven days old.

    Returns the number of calls that were deleted.
    """
    _lose(work)
    _free_seats(work)
    before = work.now - KEPT
    session = work.session
    session.execute(delete(FloorSeat).where(FloorSeat.left_at < before))
    old = select(FloorCall.id).where(FloorCall.arrived_at < before)
    keys = list(session.scalars(old.order_by(FloorCall.id).limit(AT_ONCE)))
    session.execute(delete(FloorEvent).where(FloorEvent.floor_call_id.in_(keys)))
    session.execute(delete(FloorCall).where(FloorCall.id.in_(keys)))
    return len(keys)


def _lose(work: Work) -> None:
    stale = select(FloorCall).where(
        FloorCall.state.in_(OPEN), FloorCall.arrived_at < work.now - LONGEST_CALL
    )
    locked = stale.order_by(FloorCall.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    for call in work.session.scalars(locked):
        call.state = FLOOR_CALL.next(call.state, "lose")
        call.ended_at = work.now
    work.session.flush()


def _free_seats(work: Work) -> None:
    today = day_start(jst_date(work.now))
    left = select(FloorSeat).where(FloorSeat.left_at.is_(None), FloorSeat.taken_at < today)
    for seat in work.session.scalars(left.with_for_update(skip_locked=True)):
        seat.left_at = today
    work.session.flush()
