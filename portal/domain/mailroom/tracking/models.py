"""Tables of the post's files and events, of explained words, and of numbers put aside."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key


class TrackingFile(Base):
    """One ingested file or feed of the post.

    ``counts`` are the results of its rows, and in ``lines`` the refused ones: the number of the
    line and the code of the reason, nothing of what was written there.
    """

    __tablename__ = "tracking_file"

    id: Mapped[int] = primary_key()
    source: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    rows: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    taken_at: Mapped[datetime]


class TrackingEvent(Base):
    """One event of one item of mail, in the post's own words; ``happened_*`` are Japanese time.

    ``shipment_id`` is None while no shipment has the number. ``conflict`` means that the shipment's
    state allows no such step, so that an officer decides.
    """

    __tablename__ = "tracking_event"
    __table_args__ = (Index("ix_tracking_event_number", "tracking_no", "happened_on"),)

    id: Mapped[int] = primary_key()
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("tracking_file.id"), index=True)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)
    tracking_no: Mapped[str] = mapped_column(String(12))
    happened_on: Mapped[date]
    happened_at: Mapped[time | None]
    word: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20), index=True)
    detail: Mapped[str] = mapped_column(String(120), default="")
    office: Mapped[str] = mapped_column(String(60), default="")
    conflict: Mapped[bool] = mapped_column(default=False, index=True)


class TrackingWord(Base):
    """A word of the post that the program does not know, and what an officer said that it means.

    ``word`` is folded (``words.folded``); ``status`` is a ``words.Status``.
    """

    __tablename__ = "tracking_word"

    id: Mapped[int] = primary_key()
    word: Mapped[str] = mapped_column(String(60), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    said_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    said_at: Mapped[datetime]


class DismissedNumber(Base):
    """A number that no mail of the program has, and why an officer put it aside.

    ``reason`` is a ``dismissed.NumberReason``.
    """

    __tablename__ = "dismissed_number"

    id: Mapped[int] = primary_key()
    tracking_no: Mapped[str] = mapped_column(String(12), unique=True)
    reason: Mapped[str] = mapped_column(String(20))
    said_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    said_at: Mapped[datetime]
