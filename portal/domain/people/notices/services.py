"""The outbox: enqueue a message, claim what is due, record the result; sealed until it is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.jobs.aside import RowOfJob, reason_of, set_aside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.paused import is_held_back, put_off
from portal.domain.people.notices.phones import mask_address
from portal.domain.people.notices.states import MESSAGE, MessageState
from portal.domain.people.notices.waking_hours import next_morning

# F8 of security.md §8: after a failure 1, 5, 15, 60 minutes, then every hour until the message
# expires.
RETRY_MINUTES = (1, 5, 15, 60)
LEASE = timedelta(minutes=2)
KEY_LENGTH = 80
ERROR_LENGTH = 120
PROVIDER_ID_LENGTH = 120
HELD = "held"
REMINDER = f".{ProgressEvent.DEADLINE_NEAR}"
_INSERT = {
    dialect: insert(OutboxMessage)
    .on_conflict_do_nothing(index_elements=[OutboxMessage.dedupe_key])
    .returning(OutboxMessage)
    for dialect, insert in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
}
Gate = Callable[[Session, Sequence[OutboxMessage]], set[int]]
"""Called right before sending: returns the keys of those messages that must no longer be sent."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that one worker may send until ``claimed_until`` (UTC).

    ``reference`` is the same for every try of one message and means nothing to others: a gateway
    that gets it a second time knows that it has the message already.
    """

    id: int
    kind: str
    reference: str
    address: str = field(repr=False)
    subject: str | None = field(repr=False)
    body: str = field(repr=False)
    claimed_until: datetime
    expires_at: datetime


def sealing_context(dedupe_key: str) -> str:
    """Return the context that a message is sealed for, so that no row opens in place of another."""
    return f"outbox:{dedupe_key}"


def masked_context(dedupe_key: str) -> str:
    """Return the context that a message's covered address is sealed for."""
    return f"outbox-masked:{dedupe_key}"


def reference_of(work: Work, dedupe_key: str) -> str:
    """Return the name of a message for gateways and return paths: nobody else can make it."""
    return work.vault.blind("outbox", dedupe_key).hex()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to put into the outbox.

    Attributes:
        kind: ``sms`` or ``email``.
        purpose: What it is about, for the log; never a secret.
        address: ``+8190…`` or an email address.
        message: Its subject and text.
        dedupe_key: At most 80 characters; a second message with the same key is not sent.
        household_id: The household that it concerns.
        expires_at: From this instant on (UTC) it is not sent any more.
        send_from: Not before this instant (UTC); None for at once.
    """

    kind: str
    purpose: str
    address: str = field(repr=False)
    message: Message
    dedupe_key: str
    household_id: int | None
    expires_at: datetime
    send_from: datetime | None = None


def enqueue(work: Work, out: Outgoing) -> OutboxMessage:
    """Put a message into the outbox, or return the one that has the same dedupe key.

    Raises:
        ValueError: the dedupe key is longer than 80 characters.
    """
    if len(out.dedupe_key) > KEY_LENGTH:
        raise ValueError("a dedupe key has at most 80 characters")
    content = {
        "address": out.address,
        "subject": out.message.subject,
        "body": out.message.body,
    }
    values = {
        "kind": out.kind,
        "purpose": out.purpose,
        "household_id": out.household_id,
        "dedupe_key": out.dedupe_key,
        "state": MESSAGE.initial,
        "sealed": seal_json(work.vault.kek, content, sealing_context(out.dedupe_key)),
        "reference": reference_of(work, out.dedupe_key),
        "masked_sealed": seal_json(
            work.vault.kek, mask_address(out.kind, out.address), masked_context(out.dedupe_key)
        ),
        "tries": 0,
        "created_at": work.now,
        "next_try_at": out.send_from or work.now,
        "expires_at": out.expires_at,
    }
    insert = _INSERT[work.session.get_bind().dialect.name]
    made: OutboxMessage | None = work.session.scalar(insert, values)
    if made is not None:
        return made
    return work.session.scalars(select(OutboxMessage).filter_by(dedupe_key=out.dedupe_key)).one()


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.next_try_at <= now,
        OutboxMessage.expires_at > now,
        or_(
            OutboxMessage.state == MessageState.WAITING,
            and_(OutboxMessage.state == MessageState.SENDING, OutboxMessage.claimed_until <= now),
        ),
    )


def has_due(session: Session, now: datetime, kind: str) -> bool:
    """Return whether a message of this kind is due; an idle worker locks nothing."""
    return (
        session.scalar(
            select(OutboxMessage.id).where(_due(now), OutboxMessage.kind == kind).limit(1)
        )
        is not None
    )


class Share(Struct, frozen=True):
    """What one worker takes at a time: how many messages, of which kind (None: any), how long."""

    limit: int
    kind: str | None = None
    lease: timedelta = LEASE


def claim_due(work: Work, share: Share, gate: Gate | None = None) -> list[Claim]:
    """Claim due messages, oldest first; no other worker gets them during the lease.

    What the ``gate`` names is stopped instead, and its text and address are removed. Reminders wait
    for the morning, and what goes to a household whose sending is paused for the pause's end.
    """
    _put_off_reminders(work)
    put_off(work)
    chosen = (
        select(OutboxMessage)
        .where(_due(work.now), not_(is_held_back()))
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
    )
    if share.kind is not None:
        chosen = chosen.where(OutboxMessage.kind == share.kind)
    claims: list[Claim] = []
    rows = work.session.scalars(chosen.limit(share.limit).with_for_update(skip_locked=True)).all()
    barred = gate(work.session, rows) if gate is not None else set()
    for row in rows:
        if row.id in barred:
            row.state, row.last_error = MESSAGE.next(row.state, "stop"), HELD
            row.sealed = row.claimed_until = None
        elif (claim := _claim(work, row, work.now + share.lease)) is not None:
            claims.append(claim)
    work.session.flush()
    return claims


def _put_off_reminders(work: Work) -> None:
    """Let reminders wait that were queued by day and come to be sent, or sent again, at night."""
    morning = next_morning(work.now)
    if morning is None:
        return
    reminders = select(OutboxMessage.id).where(
        _due(work.now), OutboxMessage.purpose.endswith(REMINDER)
    )
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(reminders.with_for_update(skip_locked=True)))
        .values(next_try_at=morning)
        .execution_options(synchronize_session=False)
    )


def _claim(work: Work, row: OutboxMessage, until: datetime) -> Claim | None:
    try:
        return claim_row(work, row, until)
    except IntegrityFaultError as error:
        # One changed row must not hold up all the others.
        row.state, row.last_error = MESSAGE.next(row.state, "give_up"), "integrity"
        set_aside(work, RowOfJob(JobName(row.kind), "message", row.id), reason_of(error))
        return None


def claim_row(work: Work, row: OutboxMessage, until: datetime) -> Claim:
    """Claim a message for whoever sends it until an instant (UTC).

    Raises:
        IntegrityFaultError: address and text were changed.
    """
    content = unseal_json(work.vault.kek, row.sealed or b"", sealing_context(row.dedupe_key))
    row.state = MESSAGE.next(row.state, "claim")
    row.claimed_until = until
    row.tries += 1
    if row.reference is None:  # put in by the program before 0.2.0
        row.reference = reference_of(work, row.dedupe_key)
    return Claim(
        row.id,
        row.kind,
        row.reference,
        content["address"],
        content["subject"],
        content["body"],
        until,
        row.expires_at,
    )


def _claimed_row(session: Session, claim: Claim) -> OutboxMessage | None:
    """Lock the row of a claim; None if the lease ran out and another worker has it now."""
    return session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.id == claim.id,
            OutboxMessage.state == MessageState.SENDING,
            OutboxMessage.claimed_until == claim.claimed_until,
        )
        .with_for_update()
    )


def mark_sent(work: Work, claim: Claim, provider_id: str = "", *, keep_body: bool = False) -> bool:
    """Record that the message was accepted, and remove its text and address.

    ``provider_id`` is the gateway's own name for it. ``keep_body`` leaves text and address sealed
    until the message expires, for the demo's outbox page. Returns whether the claim was still
    valid; it is not where the gateway reported the result before it answered.
    """
    row = _claimed_row(work.session, claim)
    if row is None:
        return False
    row.state = MESSAGE.next(row.state, "send")
    row.sent_at = work.now
    row.claimed_until = None
    row.last_error = None
    row.provider_id = provider_id[:PROVIDER_ID_LENGTH] or None
    if not keep_body:
        row.sealed = None
    return True


class Failure(Struct, frozen=True):
    """Why a try failed, as a code word for staff, and whether another try makes no sense.

    The reason is never an address or an answer of the gateway.
    """

    reason: str
    permanent: bool = False


def mark_failed(work: Work, claim: Claim, failure: Failure) -> datetime | None:
    """Record a failed try; return when the next one is due (UTC), None if the message is given up.

    A message that is given up loses its text and address.
    """
    row = _claimed_row(work.session, claim)
    if row is None:
        return None
    row.last_error = failure.reason[:ERROR_LENGTH]
    row.claimed_until = None
    wait = RETRY_MINUTES[min(row.tries, len(RETRY_MINUTES)) - 1]
    next_try = work.now + timedelta(minutes=wait)
    if failure.permanent or next_try >= row.expires_at:
        row.state = MESSAGE.next(row.state, "give_up")
        row.sealed = None
        return None
    row.state = MESSAGE.next(row.state, "retry")
    row.next_try_at = next_try
    return next_try


def forget_expired(session: Session, now: datetime) -> int:
    """Give up expired messages, remove all texts whose time is over, and return how many."""
    unsent = OutboxMessage.state.in_(MESSAGE.steps["give_up"])
    ids = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.expires_at <= now, unsent, _not_being_sent(now))
        .values(state=MessageState.GIVEN_UP, sealed=None, claimed_until=None)
        .returning(OutboxMessage.id)
    ).all()
    more = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.expires_at <= now, ~unsent, OutboxMessage.sealed.is_not(None))
        .values(sealed=None)
        .returning(OutboxMessage.id)
    ).all()
    return len(ids) + len(more)


def _not_being_sent(now: datetime) -> ColumnElement[bool]:
    return or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now)
