"""The table of households that were opened with a reason."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.desk.openings.states import OPENING
from portal.domain.foundation.base import Base, primary_key, state_column


class HouseholdOpening(Base):
    """One opening of a household outside of a task, request, return or call.

    ``sealed`` holds the words of the reason, under the household's key. ``due_at``: until when
    another person reviews it. ``incident_id``: the incident opened because it was not justified.
    """

    __tablename__ = "household_opening"
    __table_args__ = (
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> staff_id", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = state_column(OPENING.initial)
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    reviewed_at: Mapped[datetime | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
