"""Take in what the telephone system tells: each event once, each call by its states."""

from typing import Any, cast

from sqlalchemy import CursorResult, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.domain.contacts.floor.models import FloorCall, FloorEvent
from portal.domain.contacts.floor.reading import Told
from portal.domain.contacts.floor.states import FLOOR_CALL, LineEvent, LineState
from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal, unseal
from portal.domain.foundation.work import Work

# built once, on the plain tables
_ONCE = {
    (dialect, model): insert_(table_of(model))
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for dialect, insert_ in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
    for model in (FloorCall, FloorEvent)
}


def take(work: Work, told: Told, event: str, signed_by: str) -> FloorCall:
    """Record an event, named ``event`` by the telephone system, and move its call.

    A call that nobody told of before begins with it. No audit event is written: nobody of the
    staff acts, and the event is a row itself (decision 0072).

    Raises:
        ConflictError: the event was taken in before.
        WrongStateError: the call cannot do this; nothing of the event is kept.
    """
    call = _locked_call(work, told)
    claimed = _insert_once(
        work,
        FloorEvent,
        event_digest=work.vault.blind("floor_event", event),
        signed_by=signed_by,
        floor_call_id=call.id,
        kind=told.kind.value,
        at=told.at,
        taken_at=work.now,
    )
    if not claimed:
        raise ConflictError(_s("この知らせは、もう受け取っています。"))
    _move(work, call, told)
    work.session.flush()
    return call


def caller_of(work: Work, call: FloorCall) -> str:
    """Return the caller's mobile number (``+8190…``); "" where none is known."""
    if call.sealed is None:
        return ""
    return unseal(work.vault.kek, call.sealed, _context(call)).decode()


def _locked_call(work: Work, told: Told) -> FloorCall:
    digest = work.vault.blind("floor_call", told.call)
    _insert_once(
        work,
        FloorCall,
        name_digest=digest,
        state=FLOOR_CALL.initial,
        arrived_at=told.at,
        extension="",
    )
    return work.session.scalars(
        select(FloorCall)
        .where(FloorCall.name_digest == digest)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _insert_once(work: Work, model: type[FloorCall | FloorEvent], **values: object) -> bool:
    """Insert a row unless there is one of its name; return whether it was inserted."""
    made = work.session.execute(_ONCE[work.session.get_bind().dialect.name, model], values)
    return cast("CursorResult[Any]", made).rowcount == 1


def _move(work: Work, call: FloorCall, told: Told) -> None:
    call.state = FLOOR_CALL.next(call.state, told.kind)
    call.arrived_at = min(call.arrived_at, told.at)
    if told.caller and call.sealed is None:
        call.sealed = seal(work.vault.kek, told.caller.encode(), _context(call))
    if told.extension:
        call.extension = told.extension
    if told.kind is LineEvent.RINGING:
        call.rang_at = told.at
    elif told.kind is LineEvent.ANSWERED:
        call.rang_at = call.rang_at or told.at
        call.answered_at = call.answered_at or told.at
    elif call.state in {LineState.ENDED, LineState.ABANDONED}:
        call.ended_at = told.at


def _context(call: FloorCall) -> bytes:
    return f"floor_call:{call.id}".encode()
