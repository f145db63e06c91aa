"""Tables of announcements to households and of the daily prints of cards."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.letters.announcements.states import ANNOUNCEMENT


class CardPrint(Base):
    """One PDF of cards for people without a channel.

    A row exists only for a file that was written whole. ``posted_on`` (JST) and ``mail_class``:
    when and how all its cards went to the post; None until recorded.
    """

    __tablename__ = "card_print"

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10), default="card", server_default="card")
    cards: Mapped[int]
    folder: Mapped[str] = mapped_column(String(1000))
    file_name: Mapped[str | None] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    notice_date: Mapped[date]
    printed_at: Mapped[datetime] = mapped_column(index=True)
    mail_class: Mapped[str | None] = mapped_column(String(20))
    posted_on: Mapped[date | None] = mapped_column(index=True)


class Announcement(Base):
    """The announcement of one event to one household by one medium.

    ``dedupe_key`` rules out a second one of the same event; ``medium`` is a ``reach.Medium``. An
    undeliverable one is kept, and the card that replaces it refers to it (``follows_id``).
    ``receipt_no`` is what the household may quote on the telephone. Nothing here is personal: the
    address is in the sealed outbox message, a contact number in the sealed task.
    """

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_waiting", "medium", "state"),)

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    event: Mapped[str] = mapped_column(String(30))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    medium: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = state_column(ANNOUNCEMENT.initial)
    receipt_no: Mapped[str | None] = mapped_column(String(20))
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(120))
    rounds: Mapped[int] = mapped_column(default=1)
    message_id: Mapped[int | None] = mapped_column(BigId, index=True)
    task_id: Mapped[int | None] = mapped_column(BigId)
    follows_id: Mapped[int | None] = mapped_column(BigId)
    card_print_id: Mapped[int | None] = mapped_column(ForeignKey("card_print.id"), index=True)
    card_number: Mapped[str | None] = mapped_column(String(16), unique=True)
    position: Mapped[int | None]
