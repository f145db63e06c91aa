"""The tables of messages to send, and of the trials of the ways that send them."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.notices.states import MESSAGE


class OutboxMessage(Base):
    """A message by SMS or email; ``sealed`` (key-encryption key) holds address and text.

    ``masked_sealed`` stays when these are gone: the address with all but its end covered, for the
    agent who is asked for it. ``reference`` names the message to gateways and in the return path of
    a mail, ``provider_id`` is the gateway's own name for it; both mean nothing to others.
    ``result_at`` is when the carrier or the mail system reported what became of it (UTC).
    """

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
    reference: Mapped[str | None] = mapped_column(String(32), unique=True)
    provider_id: Mapped[str | None] = mapped_column(String(120), index=True)
    masked_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    result_at: Mapped[datetime | None]


class SenderTrial(Base):
    """One run of ``portal sms test`` or ``portal mail test``; ``way`` names adapter and server."""

    __tablename__ = "sender_trial"
    __table_args__ = (Index("ix_sender_trial_way", "kind", "way"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(120))
    tried_at: Mapped[datetime]
    accepted: Mapped[int]
    refused: Mapped[int]
