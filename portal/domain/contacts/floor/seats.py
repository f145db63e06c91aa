"""Who sits at which seat of the floor, so that the number of a caller comes to one agent alone."""

from collections.abc import Collection, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.floor.models import FloorCall, FloorSeat
from portal.domain.contacts.floor.reading import EXTENSION
from portal.domain.contacts.floor.states import LineState
from portal.domain.contacts.floor.taking import caller_of
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser

AT_A_SEAT = (LineState.RINGING, LineState.ANSWERED)


def take_seat(work: Work, typed: str) -> FloorSeat:
    """Let the actor sit at a seat, named by its extension; who sat there, or elsewhere, left.

    Raises:
        InputError: not the name of an extension (code ``extension``).
    """
    extension = without_separators(typed.strip())
    if not EXTENSION.fullmatch(extension):
        raise InputError(
            _s("内線の番号を、席の電話機のとおりに、数字と英字10文字までで入力してください。"),
            code="extension",
        )
    _wait_for_others(work)
    held = work.session.scalars(
        select(FloorSeat).where(
            FloorSeat.left_at.is_(None),
            or_(FloorSeat.extension == extension, FloorSeat.staff_id == work.actor.id),
        )
    ).all()
    for seat in held:
        if seat.extension == extension and seat.staff_id == work.actor.id:
            return seat
    for seat in held:
        _leave(work, seat)
    seat = FloorSeat(extension=extension, staff_id=work.actor.id, taken_at=work.now)
    work.session.add(seat)
    work.session.flush()
    record(work, "floor_seat.taken", "floor_seat", seat.id, extension=extension)
    return seat


def leave_seat(work: Work) -> None:
    """Let the actor leave the seat, if there is one."""
    if (seat := seat_of(work.session, work.actor.id, locked=True)) is not None:
        _leave(work, seat)


def seat_of(session: Session, staff_id: int | None, *, locked: bool = False) -> FloorSeat | None:
    """Return the seat at which somebody sits now, or None."""
    statement = select(FloorSeat).where(FloorSeat.staff_id == staff_id, FloorSeat.left_at.is_(None))
    return session.scalar(statement.with_for_update() if locked else statement)


def seats_of(session: Session, staff_ids: Collection[int]) -> Mapping[int, str]:
    """Return the extension of the seat at which each of these people sits now, if there is one."""
    rows = session.execute(
        select(FloorSeat.staff_id, FloorSeat.extension).where(
            FloorSeat.staff_id.in_(staff_ids), FloorSeat.left_at.is_(None)
        )
    )
    return {int(staff_id): str(extension) for staff_id, extension in rows}


def caller_at_seat(work: Work) -> str:
    """Return the mobile number of who calls the actor's seat now; "" where none is known.

    It is what the telephone network says, and anybody can make it say another: it may find a
    household, and proves nothing.
    """
    seat = seat_of(work.session, work.actor.id)
    if seat is None:
        return ""
    call = work.session.scalar(
        select(FloorCall)
        .where(
            FloorCall.extension == seat.extension,
            FloorCall.state.in_(AT_A_SEAT),
            FloorCall.rang_at >= seat.taken_at,
        )
        .order_by(FloorCall.rang_at.desc(), FloorCall.id.desc())
        .limit(1)
    )
    return caller_of(work, call) if call is not None else ""


def _leave(work: Work, seat: FloorSeat) -> None:
    seat.left_at = work.now
    work.session.flush()
    record(work, "floor_seat.left", "floor_seat", seat.id, extension=seat.extension)


def _wait_for_others(work: Work) -> None:
    """Let one person choose a seat at a time: whoever swaps seats would meet half way."""
    first = select(StaffUser.id).order_by(StaffUser.id).limit(1)
    work.session.execute(first.with_for_update(key_share=True))
