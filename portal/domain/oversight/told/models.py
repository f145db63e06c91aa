"""The table of staff members' addresses."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.oversight.told.states import MAILBOX


class StaffMailbox(Base):
    """Where one member of the staff is told of what waits; one row for an account.

    ``sealed`` (key-encryption key) is the address, None once it is ended. ``code_digest`` is of the
    code that proves it, which ``tries`` wrong ones or ``code_until`` end. ``message_id`` names what
    was sent there last.
    """

    __tablename__ = "staff_mailbox"
    __table_args__ = (
        CheckConstraint("(state = 'ended') = (sealed IS NULL)", name="ended_is_empty"),
    )

    id: Mapped[int] = primary_key()
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), unique=True)
    state: Mapped[str] = state_column(MAILBOX.initial)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime]
