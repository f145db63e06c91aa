"""Take back the announcement of a decision that nobody has read yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.states import AnnouncementState
from portal.domain.letters.announcements.stopping import call_off
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.states import MESSAGE, MessageState

REOPENED = "reopened"
UNTOLD = (
    AnnouncementState.WAITING,
    AnnouncementState.MERGED,
    AnnouncementState.STOPPED,
    AnnouncementState.CALLED_OFF,
)
"""States of an announcement that nobody was told by."""


def _about(receipt_no: str, since: datetime) -> Select[Announcement]:
    return (
        select(Announcement)
        .where(Announcement.receipt_no == receipt_no, Announcement.created_at >= since)
        .order_by(Announcement.id)
    )


def was_told(session: Session, receipt_no: str, since: datetime) -> bool:
    """Return whether something about a receipt number went out since an instant (UTC).

    That is a message which is being sent, or was handed over; a printed card; or a task for staff
    to call.
    """
    return _is_told(session, session.scalars(_about(receipt_no, since)).all())


def _is_told(session: Session, rows: Sequence[Announcement]) -> bool:
    if any(row.state not in UNTOLD for row in rows):
        return True
    messages = [row.message_id for row in rows if row.state == AnnouncementState.WAITING]
    sending = select(OutboxMessage.id).where(
        OutboxMessage.id.in_([key for key in messages if key is not None]),
        OutboxMessage.state != MessageState.WAITING,
    )
    return session.scalar(sending.limit(1)) is not None


def retract(work: Work, receipt_no: str, since: datetime) -> int:
    """Call off what waits to be announced about a receipt number; returns how much it was.

    Announcements and their messages are locked: a worker that sends one at this moment comes
    before, and the refusal follows, or after, and finds nothing to send.

    Raises:
        NotAllowedError: something went out already (``notice_sent``).
    """
    session = work.session
    rows = session.scalars(
        _about(receipt_no, since).with_for_update().execution_options(populate_existing=True)
    ).all()
    waiting = [row for row in rows if row.state == AnnouncementState.WAITING]
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_([row.message_id for row in waiting if row.message_id]))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if _is_told(session, rows):
        raise NotAllowedError(
            _s(
                "お知らせを送ったので、もどせません。本人に連絡し、新しい申請として受け付けてください。"
            ),
            code="notice_sent",
        )
    for message in messages:
        message.state, message.last_error = MESSAGE.next(message.state, "stop"), REOPENED
        message.sealed = None
    call_off(work, waiting)
    session.flush()
    return len(waiting)
