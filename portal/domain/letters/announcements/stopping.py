"""Stop announcements, call off cards, and record the cards that came back."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.states import ANNOUNCEMENT

HELD, LATE = "held", "late"


def lock_announcement(session: Session, announcement_id: int) -> Announcement:
    """Lock one row to the end of the transaction.

    Raises:
        NotFoundError: no announcement has this key.
    """
    row = session.get(Announcement, announcement_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("このお知らせは見つかりませんでした。"))
    return row


def stop(work: Work, row: Announcement, reason: str) -> None:
    """Stop a waiting announcement for a ``reason``; only staff resume it."""
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "stop"), work.now
    row.last_error = reason
    record(
        work.acting_as(SYSTEM),
        "notice.stopped",
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )


def call_off(work: Work, waiting: Iterable[Announcement]) -> None:
    """Call off locked announcements that wait: nobody is told."""
    for row in waiting:
        row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "call_off"), work.now
        record(
            work.acting_as(SYSTEM),
            "notice.called_off",
            "announcement",
            row.id,
            household_id=row.household_id,
            event=row.event,
            medium=row.medium,
        )


def call_off_cards(work: Work, key: str) -> None:
    """Call off the waiting cards about an event that is over (its ``key``).

    That is the event's own card, or the one that replaces an undeliverable message.
    """
    known = select(Announcement.id).where(Announcement.dedupe_key == key).scalar_subquery()
    rows = work.session.scalars(
        select(Announcement)
        .where(
            or_(Announcement.dedupe_key == key, Announcement.follows_id == known),
            Announcement.medium == CARD,
            Announcement.state == ANNOUNCEMENT.initial,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    call_off(work, rows.all())


def card_came_back(work: Work, announcement_id: int) -> Announcement:
    """Record that the post returned a card.

    Raises:
        NotFoundError: no announcement has this key.
        WrongStateError: it is not a printed card, or its return was recorded before.
    """
    row = lock_announcement(work.session, announcement_id)
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "come_back"), work.now
    record(
        work,
        "notice.came_back",
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )
    work.session.flush()
    return row
