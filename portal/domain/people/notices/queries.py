"""Read the outbox: counts for staff, trouble for the code page, and the demo's opened messages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import masked_context, sealing_context
from portal.domain.people.notices.states import ARRIVED, FAILED, MessageState

SLOW = timedelta(seconds=12)


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message as the recipient sees it, for the demo's outbox page."""

    id: int
    kind: str
    purpose: str
    state: str
    created_at: datetime
    expires_at: datetime
    address: str = field(repr=False)
    subject: str | None = field(repr=False)
    body: str = field(repr=False)


def latest_opened(work: Work, limit: int = 50) -> list[OpenedMessage]:
    """Return the newest messages whose text is still stored, newest first (demo and tests only)."""
    rows = work.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.sealed.is_not(None))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    opened: list[OpenedMessage] = []
    for row in rows:
        content = unseal_json(work.vault.kek, row.sealed or b"", sealing_context(row.dedupe_key))
        opened.append(
            OpenedMessage(
                row.id,
                row.kind,
                row.purpose,
                row.state,
                row.created_at,
                row.expires_at,
                content["address"],
                content["subject"],
                content["body"],
            )
        )
    return opened


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What staff may see of a message: never its text, its code or its whole address.

    ``changed_at`` (UTC) is when it came into its state; ``reason`` why the last try failed.
    """

    id: int
    kind: str
    purpose: str
    masked: str = field(repr=False)
    state: str
    changed_at: datetime
    reason: str


def messages_to(work: Work, household_id: int, limit: int = 6) -> list[SentMessage]:
    """Return the last messages to a household, newest first."""
    rows = work.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.household_id == household_id)
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return [_seen(work, row) for row in rows]


def _seen(work: Work, row: OutboxMessage) -> SentMessage:
    masked = ""
    if row.masked_sealed is not None:
        masked = unseal_json(work.vault.kek, row.masked_sealed, masked_context(row.dedupe_key))
    return SentMessage(
        id=row.id,
        kind=row.kind,
        purpose=row.purpose,
        masked=masked,
        state=row.state,
        changed_at=row.result_at or row.sent_at or row.created_at,
        reason=row.last_error or "",
    )


def counts(session: Session, since: datetime) -> dict[tuple[str, str], int]:
    """Return the number of messages created since an instant (UTC), by kind and state."""
    rows = session.execute(
        select(OutboxMessage.kind, OutboxMessage.state, func.count())
        .where(OutboxMessage.created_at >= since)
        .group_by(OutboxMessage.kind, OutboxMessage.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def in_trouble(work: Work, household_id: int, kind: str) -> bool:
    """Return whether the household's latest message of a kind fails, to offer other ways.

    True twelve seconds after it should have gone out, or at once after a failed try (F9 of
    ``security.md`` §8: shown within 15 s).
    """
    latest = (
        select(OutboxMessage.id)
        .where(OutboxMessage.household_id == household_id, OutboxMessage.kind == kind)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    arrived = OutboxMessage.state.in_(ARRIVED)
    slow = ~arrived & (OutboxMessage.next_try_at <= work.now - SLOW)
    failed = ~arrived & OutboxMessage.last_error.is_not(None)
    found = work.session.scalar(
        select(OutboxMessage.id).where(OutboxMessage.id == latest, or_(slow, failed))
    )
    return found is not None


class Waiting(Struct, frozen=True):
    """Messages of one kind that are not sent yet.

    Attributes:
        number: How many.
        oldest: When the oldest was put in, or is to go out for the first time (UTC, may lie ahead).
        due: When the one that is due longest should have been tried (UTC, may lie ahead).
    """

    number: int
    oldest: datetime
    due: datetime


def waiting_by_kind(session: Session) -> dict[str, Waiting]:
    """Return what is not sent yet, by kind; a kind without any is not named."""
    untried = OutboxMessage.tries == 0
    rows = session.execute(
        select(
            OutboxMessage.kind,
            func.count(),
            func.min(case((untried, OutboxMessage.next_try_at), else_=OutboxMessage.created_at)),
            func.min(OutboxMessage.next_try_at),
        )
        .where(OutboxMessage.state.in_((MessageState.WAITING, MessageState.SENDING)))
        .group_by(OutboxMessage.kind)
    )
    return {kind: Waiting(number, oldest, due) for kind, number, oldest, due in rows}


def failed_since(session: Session, since: datetime) -> dict[str, int]:
    """Return how many messages due since an instant (UTC) nobody got, by kind.

    They were given up, or reported as not delivered.
    """
    rows = session.execute(
        select(OutboxMessage.kind, func.count())
        .where(OutboxMessage.state.in_(FAILED), OutboxMessage.next_try_at >= since)
        .group_by(OutboxMessage.kind)
    )
    return {row.kind: row[1] for row in rows}
