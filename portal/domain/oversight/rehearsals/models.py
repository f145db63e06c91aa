"""The table of rehearsals."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.oversight.rehearsals.states import REHEARSAL, RehearsalState

IS_GOING = "state = 'going'"


class Rehearsal(Base):
    """One rehearsal of one person: which invented caller, and which points of the guide were met.

    ``household_id`` is the invented family that the caller speaks of. ``entry_id`` is the entry in
    the register of trainings that this rehearsal completed.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (
        Index(
            "uq_rehearsal_going",
            "staff_id",
            unique=True,
            postgresql_where=text(IS_GOING),
            sqlite_where=text(IS_GOING),
        ),
    )

    id: Mapped[int] = primary_key()
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    scenario: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column(REHEARSAL.initial)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    met: Mapped[list[str]] = mapped_column(JSON, default=list)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"))

    @property
    def is_going(self) -> bool:
        """Whether the caller is still on the line."""
        return self.state == RehearsalState.GOING
