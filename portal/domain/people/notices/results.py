"""What became of a message after it was handed over, as a gateway or the mail system reports it."""

from enum import StrEnum

from msgspec import Struct
from sqlalchemy import or_, select

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import ERROR_LENGTH
from portal.domain.people.notices.states import MESSAGE


class Outcome(StrEnum):
    """What a report says of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """It will not arrive any more."""
    LATE = "late"
    """It is still being tried."""


class DeliveryResult(Struct, frozen=True):
    """One report about one message.

    Attributes:
        name: Our reference or the gateway's ID; whichever the report carries.
        outcome: What it says.
        reason: A code word such as ``carrier_30003`` or ``dsn_5.1.1``; never an address or a text.
    """

    name: str
    outcome: Outcome
    reason: str = ""


def note_result(work: Work, kind: str, result: DeliveryResult) -> int | None:
    """Record a report about an SMS or an email; return the message's key, None if there is none.

    The same report may come any number of times, and late: what the state machine does not allow
    changes nothing. A failure is an audit event, since nobody was at the keyboard.
    """
    row = _message(work, kind, result.name)
    if row is None:
        return None
    action = {Outcome.DELIVERED: "deliver", Outcome.FAILED: "bounce"}.get(result.outcome)
    if action is None:
        if MESSAGE.can(row.state, "bounce"):
            row.last_error = result.reason[:ERROR_LENGTH] or None
    elif MESSAGE.can(row.state, action):
        row.state = MESSAGE.next(row.state, action)
        row.sent_at = row.sent_at or work.now
        row.result_at, row.claimed_until, row.sealed = work.now, None, None
        row.last_error = result.reason[:ERROR_LENGTH] or None
        if result.outcome is Outcome.FAILED:
            _record_failure(work, row)
    work.session.flush()
    return row.id


def _message(work: Work, kind: str, name: str) -> OutboxMessage | None:
    if not name:
        return None
    return work.session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.kind == kind,
            or_(OutboxMessage.reference == name, OutboxMessage.provider_id == name),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _record_failure(work: Work, row: OutboxMessage) -> None:
    record(
        work.acting_as(SYSTEM),
        "message.undelivered",
        "outbox_message",
        row.id,
        household_id=row.household_id,
        kind=row.kind,
        purpose=row.purpose,
        reason=row.last_error or "",
    )
