"""Tables of silent calls for the supervisor, and of marks of calls."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.line.states import HELP, HelpState
from portal.domain.foundation.base import Base, primary_key, state_column

IS_OPEN = "state IN ('waiting', 'taken')"


class HelpCall(Base):
    """An agent's silent call for the supervisor, in a call (``call_id``) or without one.

    The partial unique index makes a key that is pressed twice one call.
    """

    __tablename__ = "help_call"
    __table_args__ = (
        Index(
            "uq_help_call_open",
            "agent_id",
            unique=True,
            postgresql_where=text(IS_OPEN),
            sqlite_where=text(IS_OPEN),
        ),
    )

    id: Mapped[int] = primary_key()
    agent_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"))
    state: Mapped[str] = state_column(HELP.initial)
    called_at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether nobody is on the way yet."""
        return self.state == HelpState.WAITING


class CallMark(Base):
    """The mark of one call: ``reason`` is a ``kinds.MarkReason``; no words, and no household.

    From ``goes_on`` (JST) on it is deleted.
    """

    __tablename__ = "call_mark"

    id: Mapped[int] = primary_key()
    call_id: Mapped[int] = mapped_column(ForeignKey("call_record.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(20))
    marked_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    marked_at: Mapped[datetime]
    goes_on: Mapped[date] = mapped_column(index=True)
