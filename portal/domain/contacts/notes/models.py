"""The table of notes about households."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.notes.kinds import NoteTopic
from portal.domain.contacts.notes.states import NOTE, NoteState
from portal.domain.foundation.base import Base, primary_key, state_column


class HouseholdNote(Base):
    """One note; ``sealed`` (its text) is under a key of the row's own.

    ``call_id`` is the call in which it was written, if any. ``desk`` is where it waits or was
    finished (``kinds.NoteDesk``), since ``assigned_at``.
    """

    __tablename__ = "household_note"
    __table_args__ = (Index("ix_household_note_desk", "desk", "state", "id"),)

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"), index=True)
    topic: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column(NOTE.initial)
    desk: Mapped[str | None] = mapped_column(String(20))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    assigned_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    done_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether a desk has yet to deal with it."""
        return self.state == NoteState.WAITING

    @property
    def is_of_ward(self) -> bool:
        """Whether only the ward reads it; one with a topic that is not known is."""
        topic = NoteTopic.known(self.topic)
        return topic is None or topic.is_of_ward
