"""Called by the sending worker: bar messages to silenced households, and record the results."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.services import PURPOSE
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT, AnnouncementState
from portal.domain.letters.announcements.stopping import HELD, stop
from portal.domain.people.households.queries import withheld_among
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.results import DeliveryResult, note_result
from portal.domain.people.notices.states import ARRIVED, FAILED, MessageState

NEW_LETTER = "notice.new_letter"
SETTLED = (*ARRIVED, *FAILED, MessageState.STOPPED)
AT_ONCE = 500


def barred_messages(session: Session, messages: Sequence[OutboxMessage]) -> set[int]:
    """Return the keys of messages to stop, because their household is silenced now.

    One-time codes and warnings about the account itself are sent: their owner asked for them, or
    must know of them. To a protected household that is not served at the counter nothing is sent:
    it is not known who holds the telephone.
    """
    ours = {m.id: m.household_id for m in messages if m.household_id is not None}
    automatic = {m.id for m in messages if _automatic(m.purpose)}
    quiet = silenced(session, {home for key, home in ours.items() if key in automatic})
    shut = withheld_among(session, set(ours.values()))
    return {
        key for key, home in ours.items() if home in shut or (home in quiet and key in automatic)
    }


def _automatic(purpose: str) -> bool:
    return purpose.startswith(PURPOSE) or purpose == NEW_LETTER


def unsettled(session: Session, more: int = 0) -> list[int]:
    """Return messages whose results no announcement has yet, oldest first.

    At most ``AT_ONCE``, and ``more``.
    """
    statement = (
        select(OutboxMessage.id)
        .join(Announcement, OutboxMessage.id == Announcement.message_id)
        .where(Announcement.state == ANNOUNCEMENT.initial, OutboxMessage.state.in_(SETTLED))
        .order_by(Announcement.id)
    )
    return list(session.scalars(statement.limit(AT_ONCE + more)))


def settle(work: Work, message_ids: Collection[int] | None = None) -> int:
    """Transfer the results of outbox messages to their announcements, and return how many.

    Settles all waiting announcements, or only those of ``message_ids``. A message that was refused
    for good or could not be delivered in time is followed by a card. Safe to repeat.
    """
    statement = (
        select(Announcement, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.id == Announcement.message_id)
        .where(Announcement.state == ANNOUNCEMENT.initial, OutboxMessage.state.in_(SETTLED))
        .order_by(Announcement.id)
        .limit(AT_ONCE)
        .with_for_update(of=Announcement, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if message_ids is not None:
        statement = statement.where(Announcement.message_id.in_(message_ids))
    rows = work.session.execute(statement).all()
    for row, message in rows:
        row.tries, row.changed_at = message.tries, work.now
        if message.state in ARRIVED:
            row.state, row.sent_at = ANNOUNCEMENT.next(row.state, "send"), message.sent_at
            _record_notice(work, row, "notice.sent")
        elif message.state == MessageState.STOPPED:
            stop(work, row, HELD)
        else:
            _bounce(work, row, message)
    work.session.flush()
    return len(rows)


def note_delivery(work: Work, kind: str, result: DeliveryResult) -> bool:
    """Record a report of a gateway or the mail system; return whether it is of a message of ours.

    An announcement that did not arrive after all is followed by a card, like one that was refused.
    """
    message_id = note_result(work, kind, result)
    if message_id is None:
        return False
    settle(work, [message_id])
    late = work.session.execute(
        select(Announcement, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.id == Announcement.message_id)
        .where(
            Announcement.message_id == message_id,
            Announcement.state == AnnouncementState.SENT,
            OutboxMessage.state == MessageState.UNDELIVERED,
        )
        .with_for_update(of=Announcement)
        .execution_options(populate_existing=True)
    ).all()
    for row, message in late:
        row.changed_at = work.now
        _bounce(work, row, message)
    work.session.flush()
    return True


def _bounce(work: Work, row: Announcement, message: OutboxMessage) -> None:
    row.state = ANNOUNCEMENT.next(row.state, "bounce")
    row.last_error = message.last_error or "expired"
    _record_notice(work, row, "notice.failed")
    _follow_with_card(work, row)


def _follow_with_card(work: Work, row: Announcement) -> None:
    card = Announcement(
        household_id=row.household_id,
        event=row.event,
        dedupe_key=f"{row.dedupe_key}/card:{row.id}",
        medium=CARD,
        receipt_no=row.receipt_no,
        due_on=row.due_on,
        created_at=work.now,
        changed_at=work.now,
        follows_id=row.id,
    )
    work.session.add(card)
    work.session.flush()
    _record_notice(work, card, "notice.queued")


def _record_notice(work: Work, row: Announcement, action: str) -> None:
    record(
        work.acting_as(SYSTEM),
        action,
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )
