"""Read announcements for staff: the delivery log, counts and prints of cards; no addresses."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.letters.announcements.models import Announcement, CardPrint
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.states import ANNOUNCEMENT, AnnouncementState
from portal.domain.people.households.models import Household
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.pauses.queries import is_paused

LOG_LIMIT = 50


class LogEntry(Struct, frozen=True):
    """One line of a household's delivery log.

    ``next_try_at`` (UTC) is set if sending a message failed and will be tried again.
    """

    id: int
    household_id: int
    event: str
    medium: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    last_error: str | None
    next_try_at: datetime | None
    card_number: str | None
    task_id: int | None

    @property
    def can_resume(self) -> bool:
        """Whether staff may resume it."""
        return ANNOUNCEMENT.can(self.state, "resume")


class CardCounts(Struct, frozen=True):
    """Numbers of cards that wait for a print, and of announcements stopped and not resumed."""

    waiting: int
    stopped: int


# built once: building the statement takes as long as running it
LOG = (
    select(Announcement, OutboxMessage)
    .outerjoin(OutboxMessage, OutboxMessage.id == Announcement.message_id)
    .where(Announcement.household_id == bindparam("household_id"))
    .order_by(Announcement.id.desc())
    .limit(LOG_LIMIT)
)


def delivery_log(session: Session, household_id: int) -> list[LogEntry]:
    """Return the announcements to a household, newest first."""
    rows = session.execute(LOG, {"household_id": household_id})
    return [_entry(row, message) for row, message in rows]


def _entry(row: Announcement, message: OutboxMessage | None) -> LogEntry:
    trying = message is not None and row.state == ANNOUNCEMENT.initial
    error = message.last_error if trying and message is not None else row.last_error
    again = message.next_try_at if trying and message is not None and message.last_error else None
    tries = message.tries if trying and message is not None else row.tries
    return LogEntry(
        row.id,
        row.household_id,
        row.event,
        row.medium,
        row.state,
        row.created_at,
        row.sent_at,
        tries,
        error,
        again,
        row.card_number,
        row.task_id,
    )


def card_counts(session: Session, *, include_protected: bool) -> CardCounts:
    """Count the cards that wait for a print, and the stopped announcements.

    Those to protected households, and to those whose sending is paused, are counted only with
    ``include_protected``.
    """

    def count(*conditions: ColumnElement[bool]) -> int:
        statement = (
            select(func.count(Announcement.id))
            .join(Household, Household.id == Announcement.household_id)
            .where(*conditions)
        )
        if not include_protected:
            statement = statement.where(
                Household.protected.is_(False), ~is_paused(Household.id.expression)
            )
        return session.scalar(statement) or 0

    return CardCounts(
        count(Announcement.medium == CARD, Announcement.state == ANNOUNCEMENT.initial),
        count(Announcement.state == AnnouncementState.STOPPED),
    )


def stopped_notices(
    session: Session, *, include_protected: bool, limit: int = LOG_LIMIT
) -> list[LogEntry]:
    """Return the stopped announcements that nobody resumed, newest first.

    A household may be listed more than once.
    """
    statement = (
        select(Announcement)
        .join(Household, Household.id == Announcement.household_id)
        .where(Announcement.state == AnnouncementState.STOPPED)
        .order_by(Announcement.changed_at.desc(), Announcement.id.desc())
        .limit(limit)
    )
    if not include_protected:
        statement = statement.where(Household.protected.is_(False))
    return [_entry(row, None) for row in session.scalars(statement)]


def card_prints(session: Session, limit: int = 30) -> list[CardPrint]:
    """Return the latest prints of cards, newest first."""
    return list(session.scalars(select(CardPrint).order_by(CardPrint.id.desc()).limit(limit)))


def card_by_number(session: Session, number: str) -> Announcement | None:
    """Return the card with a printed number, for returned mail; None if there is none."""
    return session.scalar(select(Announcement).where(Announcement.card_number == number))
