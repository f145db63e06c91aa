"""Begin, prolong and end a pause; whoever calls has locked the household's row."""

from datetime import datetime

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.pauses.states import PAUSE, PauseState

SUBJECT = "sending_pause"
BEGUN = "sending_pause.begun"
PROLONGED = "sending_pause.prolonged"
LIFTED = "sending_pause.lifted"
RAN_OUT = "sending_pause.ran_out"
WARD_ONLY = frozenset({BEGUN, PROLONGED, LIFTED, RAN_OUT})
"""Events that only the ward reads in a household's timeline."""


def begin(work: Work, household_id: int, escalation_id: int, ends_at: datetime) -> SendingPause:
    """Begin a household's pause; one that is on gets the later end and stays with its question."""
    row = work.session.scalar(
        select(SendingPause)
        .where(SendingPause.household_id == household_id, SendingPause.state == PauseState.ON)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is not None:
        return _prolong(work, row, max(row.ends_at, ends_at))
    row = SendingPause(
        household_id=household_id,
        escalation_id=escalation_id,
        begun_at=work.now,
        ends_at=ends_at,
    )
    work.session.add(row)
    _record(work, row, BEGUN)
    return row


def prolong(work: Work, pause_id: int, ends_at: datetime) -> SendingPause:
    """Move the end of a pause that is on.

    Raises:
        NotFoundError: there is no such pause.
        WrongStateError: it has ended.
    """
    return _prolong(work, locked(work, pause_id), ends_at)


def _prolong(work: Work, row: SendingPause, ends_at: datetime) -> SendingPause:
    row.state, row.ends_at = PAUSE.next(row.state, "prolong"), ends_at
    _record(work, row, PROLONGED)
    return row


def end(work: Work, pause_id: int, action: str) -> SendingPause:
    """End a pause: ``lift`` by the ward, or ``run_out`` by the clock.

    Raises:
        NotFoundError: there is no such pause.
        WrongStateError: it has ended.
    """
    row = locked(work, pause_id)
    row.state = PAUSE.next(row.state, action)
    row.ended_at, row.ended_by = work.now, work.actor.id
    _record(work, row, LIFTED if action == "lift" else RAN_OUT)
    return row


def locked(work: Work, pause_id: int) -> SendingPause:
    """Return a pause, locked to the end of the transaction.

    Raises:
        NotFoundError: there is no such pause.
    """
    row = work.session.get(SendingPause, pause_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この世帯は、送るのを止めていません。"))
    return row


def _record(work: Work, row: SendingPause, action: str) -> None:
    work.session.flush()
    record(
        work,
        action,
        SUBJECT,
        row.id,
        household_id=row.household_id,
        escalation=row.escalation_id,
        until=row.ends_at.isoformat(),
    )
