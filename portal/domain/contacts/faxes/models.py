"""Tables of FAX cases and of the replies to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.faxes.states import FaxReplyState
from portal.domain.foundation.base import Base, primary_key, state_column


class FaxCase(Base):
    """One FAX received.

    Its file is a scan; ``sealed`` holds the sender's number, under a key of the row's own.
    ``received_at`` is the instant in the header line that the sender's machine or ours printed
    (``day``: its JST date, by which reports count); ``entered_at`` is when somebody stored it.
    ``digest`` is the scan's: the same file is one case. ``household_id``: the sender's household,
    once a verification in a call about this case has shown it. ``close_reason`` is a code of
    ``faxes.states.CloseReason``.
    """

    __tablename__ = "fax_case"
    __table_args__ = (Index("ix_fax_case_queue", "state", "received_at", "id"),)

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = state_column("received")
    language: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime]
    day: Mapped[date] = mapped_column(index=True)
    due_on: Mapped[date]
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    pages: Mapped[int]
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    entered_at: Mapped[datetime]
    close_reason: Mapped[str | None] = mapped_column(String(30))
    closed_at: Mapped[datetime | None]


class FaxReply(Base):
    """One reply by FAX; ``sealed`` holds the number to dial and the texts, under its own key.

    ``call_id`` is the call in which it was written: its verification allows a text about
    ``household_id``; without a household all texts are general. ``pages`` counts the cover.
    ``failure`` is the machine's code (``faxes.states.SendingFailure``); ``attempts`` is how often
    it was put on the machine.
    """

    __tablename__ = "fax_reply"
    __table_args__ = (CheckConstraint("pages >= 2", name="cover_and_text"),)

    id: Mapped[int] = primary_key()
    case_id: Mapped[int] = mapped_column(ForeignKey("fax_case.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    state: Mapped[str] = state_column("prepared")
    language: Mapped[str] = mapped_column(String(10))
    pages: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(20))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    prepared_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    prepared_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_on: Mapped[date | None] = mapped_column(index=True)

    @property
    def is_prepared(self) -> bool:
        """Whether it waits to be put on the machine."""
        return self.state == FaxReplyState.PREPARED

    @property
    def has_failed(self) -> bool:
        """Whether the machine could not send it."""
        return self.state == FaxReplyState.FAILED

    @property
    def is_sent(self) -> bool:
        """Whether the machine sent it."""
        return self.state == FaxReplyState.SENT
