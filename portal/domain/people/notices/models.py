"""The table of messages to send."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.notices.states import MESSAGE


class OutboxMessage(Base):
    """A message by SMS or email; ``sealed`` (key-encryption key) holds address and text."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_due", "state", "next_try_at"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    purpose: Mapped[str] = mapped_column(String(40))
    household_id: Mapped[int | None] = mapped_column(BigId, index=True)
    dedupe_key: Mapped[str] = mapped_column(String(80), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = state_column(MESSAGE.initial)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(120))
